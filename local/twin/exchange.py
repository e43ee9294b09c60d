"""One request and one answer, as plain values; how the bytes travel is part of the answer."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

JSON = "application/json;charset=UTF-8"

Manner = Literal["whole", "chunked", "drip", "endless", "cut", "dropped"]
"""whole: Content-Length and body. chunked: no Content-Length. drip: one byte at a time. endless: the body and
then noise without end. cut: the whole length promised, half of it sent. dropped: closed without a byte."""


@dataclass(frozen=True)
class Request:
    """What arrived; `target` is the path with its query, header names are lower case."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self, name: str) -> str:
        """The first value of a query parameter, or an empty string."""
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]

    def fields(self) -> dict[str, Any]:
        """The JSON object in the body; anything else reads as an empty object, so every field is missing."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Answer:
    """What is sent back. `delay`: seconds before the first byte; `claims`: a false Content-Length (bytes)."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    manner: Manner = "whole"
    delay: float = 0.0
    claims: int | None = None


def json_bytes(value: object) -> bytes:
    """Compact UTF-8 JSON with the typographic characters as themselves; a lone surrogate becomes `?`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status, json_bytes(value))
