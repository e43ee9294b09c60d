"""Makes, lists and revokes API keys. A key is shown once; its SHA-256 is all that is kept."""

import hashlib
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# How long API Gateway goes on believing what the authorizer last said of a key (ReauthorizeEvery in the template).
REMEMBERED_SECONDS = 60

_PREFIX = "plantain_"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class BadName(ValueError):
    """A caller cannot be called so."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller's keys: when each was made, in ms since 1970, the oldest first; whether any is an operator's.

    `rates` holds, for each key in the same order, its own requests a minute (0: no limit), None for the stack's.
    """

    name: str
    created_at: tuple[int, ...]
    is_operator: bool = False
    rates: tuple[int | None, ...] = ()


class ApiKeys:
    """The table of keys. A caller may have several, so that one can be replaced by another."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def create(self, name: str, *, operator: bool = False, rate: int | None = None) -> str:
        """A new key for the caller `name`; the only time it is seen. Raises BadName.

        An `operator` sees what concerns all callers, such as what each has spent. `rate`: so many requests in a
        minute, 0 for no limit, whatever the stack says of others.
        """
        if not _NAME.fullmatch(name):
            raise BadName(
                "A caller's name has 1 to 64 characters: a-z, 0-9, dot, dash or underscore, "
                "the first a letter or digit."
            )
        key = _PREFIX + secrets.token_urlsafe(32)
        item: dict[str, Any] = {
            "keyHash": {"S": hashlib.sha256(key.encode()).hexdigest()},
            "name": {"S": name},
            "createdAt": {"N": str(time.time_ns() // 1_000_000)},
        }
        if operator:
            item["operator"] = {"BOOL": True}
        if rate is not None:
            item["ratePerMinute"] = {"N": str(rate)}
        self._dynamodb.put_item(TableName=self._table, Item=item)
        return key

    def callers(self) -> list[Caller]:
        """All who have keys, by name."""
        made: dict[str, list[dict[str, Any]]] = {}
        for item in sorted(self._items(), key=_created_at):
            made.setdefault(item["name"]["S"], []).append(item)
        return [
            Caller(
                name,
                tuple(map(_created_at, made[name])),
                any(item.get("operator", {}).get("BOOL") for item in made[name]),
                tuple(map(_rate, made[name])),
            )
            for name in sorted(made)
        ]

    def revoke(self, name: str) -> int:
        """Delete every key of the caller; how many there were."""
        hashes = [item["keyHash"] for item in self._items() if item["name"]["S"] == name]
        for key_hash in hashes:
            self._dynamodb.delete_item(TableName=self._table, Key={"keyHash": key_hash})
        return len(hashes)

    def _items(self) -> Iterator[dict[str, Any]]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True):
            yield from page["Items"]


def _created_at(item: dict[str, Any]) -> int:
    return int(item["createdAt"]["N"])


def _rate(item: dict[str, Any]) -> int | None:
    return int(item["ratePerMinute"]["N"]) if "ratePerMinute" in item else None
