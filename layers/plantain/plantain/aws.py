"""The AWS clients: made at first use, one per service and container."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# What any call to AWS may raise.
AWS_ERRORS = (BotoCoreError, ClientError)

# `standard` retries what AWS says is safe to repeat. Presigned URLs need SigV4 in every region.
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
# Virtual addressing names the bucket's own region in a link; the global host redirects a young bucket's callers to
# where the signature no longer fits. (An endpoint that is an IP address stays path-style all the same.)
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@cache
def client(service: str) -> Any:
    """The boto3 client of a service. Timeouts are in seconds."""
    make: Any = boto3.client  # one signature rather than one per service
    return make(service, config=_S3_CONFIG if service == "s3" else _CONFIG)
