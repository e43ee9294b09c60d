"""What a record of Kie.ai's recordInfo says of its task."""

import json
from typing import Any
from urllib.parse import quote

from plantain.errors import UnexpectedAnswer
from plantain.kie.words import kept_words
from plantain.network.addresses import MAX_URL_LENGTH
from plantain.task import KIE_TIMEOUT, Charged, Failed, Outcome, Running, Succeeded

MAX_URLS = 10  # an item of the table holds 400 KB, and a result has one or a few
_ASCII = bytes(range(128))

_STATES: dict[str, Running] = {
    "waiting": Running("pending"),
    "queuing": Running("pending"),
    "generating": Running("processing"),
}


def outcome_in(record: dict[str, Any]) -> Outcome:
    """How the task is doing. Raises UnexpectedAnswer for a state nobody has documented."""
    state = record.get("state")
    if isinstance(state, str) and state in _STATES:
        return _STATES[state]
    if state == "success":
        return Succeeded(_image_urls(record), _milliseconds(record.get("costTime")), _credits(record))
    if state == "fail":
        message = kept_words(record.get("failMsg") or "Kie.ai gave no reason.")
        credits = _credits(record) or None
        charged: Charged = "yes" if credits else "no"
        return Failed(_failure_code(str(record.get("failCode") or ""), message), message, charged, credits)
    text = "Kie.ai reported an unknown state"
    raise UnexpectedAnswer(f"{text}.", code="upstream-unknown-state", words=f"{text}: {kept_words(state)[:40]!r}.")


def _image_urls(record: dict[str, Any]) -> tuple[str, ...]:
    """The result URLs: in `resultJson` (JSON in a string, or already an object) or in `response`.

    The first ten of them, in ASCII; what is too long to be a URL is left out.
    """
    for source in (record.get("resultJson"), record.get("response")):
        if isinstance(source, str):
            try:
                source = json.loads(source)
            except (ValueError, RecursionError):
                continue
        urls = source.get("resultUrls") if isinstance(source, dict) else None
        found = [_in_ascii(url) for url in urls if isinstance(url, str)] if isinstance(urls, list) else []
        if usable := dict.fromkeys(url for url in found if 0 < len(url) <= MAX_URL_LENGTH):
            return tuple(usable)[:MAX_URLS]
    return ()


def _in_ascii(url: str) -> str:
    """Percent-encoded where it is not ASCII: half a letter (a lone surrogate) could not even be written down."""
    return quote(url, safe=_ASCII, errors="replace")


def _failure_code(code: str, message: str) -> str:
    text = message.lower()
    if code == "524":
        return KIE_TIMEOUT
    if "content polic" in text or "content_policy" in text:
        return "content-policy"
    if text.startswith("image fetch failed"):
        return "input-image-unreachable"
    if "could not generate an image with the given prompt" in text:
        return "prompt-not-drawable"
    return "kie-failed"


def _milliseconds(seconds: Any) -> int | None:
    """`costTime` is in seconds on the wire (24 of 24 recordings), whatever the documentation says."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return round(seconds * 1000) if 0 <= seconds < 1e9 else None


def _credits(record: dict[str, Any]) -> float | None:
    value = record.get("creditsConsumed")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None
