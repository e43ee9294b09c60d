"""Reads one field of a JSON document. Each raises TypeError or ValueError for what cannot be such a field."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

import httpx

T = TypeVar("T")

_HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:.]+")
_VISIBLE = re.compile(r"[\x20-\x7e]*")


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.80} instead of a text")
    return value


def name(value: object) -> str:
    """A string that can be sent back: an id, a cursor, the key of an upload."""
    if not (written := text(value)) or not _VISIBLE.fullmatch(written):
        raise ValueError(f"{value!r:.80} instead of visible ASCII characters")
    return written


def number(value: object) -> Any:
    """A finite number, whole or not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r:.80} instead of a number")
    return value


def whole(value: object) -> int:
    """A whole number."""
    if not isinstance(number(value), int):
        raise TypeError(f"{value!r:.80} instead of a whole number")
    return int(number(value))


def yes_or_no(value: object) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.80} instead of true or false")
    return value


def word(value: object, words: Any) -> Any:
    """One of the words of a Literal."""
    if value not in get_args(words):
        raise ValueError(f"{value!r:.80} instead of one of {', '.join(get_args(words))}")
    return value


def listed(value: object, read: Callable[[Any], T]) -> tuple[T, ...]:
    """A list of what `read` reads."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.80} instead of a list")
    return tuple(read(entry) for entry in value)


def or_none(read: Callable[[Any], T], value: object) -> T | None:
    """What `read` reads; None where there is nothing."""
    return None if value is None else read(value)


def moment(value: object) -> dt.datetime:
    """A time with its offset."""
    read = dt.datetime.fromisoformat(text(value))
    if read.tzinfo is None:
        raise ValueError(f"{value!r:.80} instead of a time with its offset")
    return read


def day(value: object) -> dt.date:
    """A day of the calendar."""
    return dt.date.fromisoformat(text(value))


def link(value: object) -> str:
    """The address of another server's file: http or https, with a host that can be looked up."""
    try:
        url = httpx.URL(name(value))
    except httpx.InvalidURL:
        raise ValueError("no address that can be asked") from None
    if url.scheme not in ("http", "https") or not can_be_looked_up(url):
        raise ValueError("no address that can be asked")
    return str(value)


def can_be_looked_up(url: httpx.URL) -> bool:
    """Whether its host is an address or a name of DNS: what is neither, sockets refuse with a UnicodeError."""
    host = url.raw_host.decode("ascii")
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return _HOST.fullmatch(host) is not None


def headers(value: object) -> Mapping[str, str]:
    """Names and values of HTTP headers."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r:.80} instead of headers")
    return {name(key): text(_VISIBLE.fullmatch(text(said)) and said) for key, said in value.items()}
