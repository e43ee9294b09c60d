"""Lets a caller in who knows the word."""

from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    allowed = event["identitySource"] == ["Bearer good"]
    return {"isAuthorized": allowed, "context": {"caller": "alice"}}
