"""What is typed behind a command, read: each raises ArgumentTypeError for what it cannot be."""

import argparse
import datetime as dt
import re
import sys
from pathlib import Path


def count(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or not 0 < int(text) < sys.maxsize:
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(text)


def source(text: str) -> str:
    """An image to work from: an address, the key of an upload, or a file that is there."""
    if not text.startswith(("https://", "http://", "uploads/")) and not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return text


def file(text: str) -> Path:
    """A file that is there."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def text(given: str) -> str:
    """What a request can hold."""
    # Bytes that are no text of this machine's encoding come as surrogates, which no request can hold.
    if any("\ud800" <= letter <= "\udfff" for letter in given):
        raise argparse.ArgumentTypeError("holds bytes that are no text")
    return given


def variable(given: str) -> tuple[str, str]:
    """The name and the value of KEY=VALUE."""
    name, equals, value = text(given).partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError("must be KEY=VALUE")
    return name, value


def idempotency_key(text: str) -> str:
    """As the HTTP API takes it."""
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", text):
        raise argparse.ArgumentTypeError("must have 1 to 255 visible ASCII characters")
    return text


def amount(text: str) -> float:
    """US dollars, above 0."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or not float(text):
        raise argparse.ArgumentTypeError("must be an amount above 0, as 0.10")
    return float(text)


def day(text: str) -> dt.date:
    """A day of the calendar."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day, as 2026-11-23") from None


def seconds(text: str) -> float:
    """A pause of up to an hour."""
    pause = float(text)
    if not 0 <= pause <= 3600:
        raise argparse.ArgumentTypeError("must be 0 to 3600 seconds")
    return pause
