"""The only module that knows where Kie.ai's API key is kept: Secrets Manager, or KIEAI_API_KEY locally."""

import os
from functools import cache

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import KieKeyMissing


def kie_key() -> str:
    """The key, read once per container. Raises KieKeyMissing."""
    return _read()


def reread_kie_key() -> str:
    """The key read anew, for when Kie.ai no longer accepts the one we hold. Raises KieKeyMissing."""
    _read.cache_clear()
    return _read()


@cache
def _read() -> str:
    key = os.environ.get("KIEAI_API_KEY") or _secret(os.environ["KIE_SECRET_ARN"])
    if not key.strip():
        raise KieKeyMissing
    return key.strip()


def _secret(arn: str) -> str:
    try:
        return str(client("secretsmanager").get_secret_value(SecretId=arn).get("SecretString", ""))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return ""
        raise
