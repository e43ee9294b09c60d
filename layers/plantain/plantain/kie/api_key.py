"""The only module that knows where Kie.ai's API key is kept: Secrets Manager, or KIEAI_API_KEY locally."""

import os
import re
from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from plantain.aws import client
from plantain.errors import KieKeyMissing, TryAgainLater

_KEY = re.compile(r"[\x21-\x7e]+")
# Deleted, about to be deleted, or not ours to read.
_NOT_THERE = ("ResourceNotFoundException", "InvalidRequestException", "AccessDeniedException", "DecryptionFailure")


def kie_key() -> str:
    """The key, read once per container. Raises KieKeyMissing or TryAgainLater."""
    return _read()


def reread_kie_key() -> str:
    """The key read anew, for when Kie.ai no longer accepts the one we hold. Raises as `kie_key`."""
    _read.cache_clear()
    return _read()


@cache
def _read() -> str:
    key = os.environ.get("KIEAI_API_KEY") or _secret(os.environ["KIE_SECRET_ARN"])
    key = key.strip()
    # Anything but visible ASCII cannot be sent in a header: somebody has pasted something else.
    if not _KEY.fullmatch(key):
        raise KieKeyMissing
    return key


def _secret(arn: str) -> str:
    try:
        return str(client("secretsmanager").get_secret_value(SecretId=arn).get("SecretString", ""))
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            return ""
        raise TryAgainLater("Kie.ai's API key could not be read.", code="kie-key-unreadable") from None
    except BotoCoreError:
        raise TryAgainLater("Kie.ai's API key could not be read.", code="kie-key-unreadable") from None
