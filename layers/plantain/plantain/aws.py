"""The AWS clients: made at first use, one per service and container."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# `standard` retries what AWS says is safe to repeat. Presigned URLs need SigV4 in every region.
_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 4})
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4"))


@cache
def client(service: str) -> Any:
    """The boto3 client of a service. Timeouts are in seconds."""
    make: Any = boto3.client  # one signature rather than one per service
    return make(service, config=_S3_CONFIG if service == "s3" else _CONFIG)
