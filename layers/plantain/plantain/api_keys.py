"""The only module that knows the API keys. A key is shown once; its SHA-256 is all that is kept."""

import hashlib
import hmac
import os
import re
import secrets
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import now_ms

_PREFIX = "plantain_"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class ApiKeys:
    """API keys by their hash. A caller may have several keys, so that one can be replaced by another."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def create(self, name: str) -> str:
        """A new key for the caller `name`; the only time it is seen. Raises ValueError for a bad name."""
        if not _NAME.fullmatch(name):
            raise ValueError(
                "A caller's name has 1 to 64 characters: a-z, 0-9, dot, dash or underscore, "
                "the first a letter or digit."
            )
        key = _PREFIX + secrets.token_urlsafe(32)
        item = {"keyHash": _hash(key), "name": name, "createdAt": now_ms()}
        self._dynamodb.put_item(TableName=self._table, Item=to_attributes(item))
        return key

    def caller_of(self, key: str) -> str | None:
        """The name of the caller who holds this key, or None."""
        key_hash = _hash(key)
        answer = self._dynamodb.get_item(TableName=self._table, Key=to_attributes({"keyHash": key_hash}))
        item = from_attributes(answer.get("Item", {}))
        if not hmac.compare_digest(item.get("keyHash", ""), key_hash):
            return None
        return str(item["name"])


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@cache
def api_keys() -> ApiKeys:
    """The configured table of keys, reached at first use."""
    return ApiKeys(os.environ["API_KEYS_TABLE"], client("dynamodb"))
