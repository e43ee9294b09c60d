"""Looks up who holds an API key. Only the SHA-256 is kept; the operator's part of the client makes the keys."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an API key. An operator sees what concerns all callers; `rate` is how often this key may ask in a
    minute, where that is not the stack's to say."""

    caller: str
    is_operator: bool = False
    rate: int | None = None


class ApiKeys:
    """API keys by their hash."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def holder_of(self, key: str) -> Holder | None:
        """Who holds this key, or None."""
        key_hash = hashlib.sha256(key.encode()).hexdigest()
        answer = self._dynamodb.get_item(TableName=self._table, Key=to_attributes({"keyHash": key_hash}))
        item = from_attributes(answer.get("Item", {}))
        if not hmac.compare_digest(item.get("keyHash", ""), key_hash):
            return None
        return Holder(str(item["name"]), item.get("operator") is True, item.get("ratePerMinute"))


@cache
def api_keys() -> ApiKeys:
    """The configured table of keys, reached at first use."""
    return ApiKeys(os.environ["API_KEYS_TABLE"], client("dynamodb"))
