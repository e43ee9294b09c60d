"""How often a caller may ask, as `plantain keys` reads and shows it."""

import argparse

from plantain_client.operator.api_keys import Caller


def per_minute(text: str) -> int:
    """A number of requests a minute; what is none is told by argparse."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"must be a whole number of requests a minute, not {text}")
    return int(text)


def rate_in_words(rate: int) -> str:
    """What a key of this rate is allowed."""
    if rate == 0:
        return "requests without limit"
    return f"{rate:,} request{'s' if rate > 1 else ''} a minute"


def own_rates(caller: Caller) -> str:
    """Each rate that keys of the caller have of their own, the oldest key's first; nothing where none has."""
    if set(caller.rates) <= {None}:
        return ""
    words = {None: "the stack's", 0: "no limit"}
    return ", ".join(words.get(rate, str(rate)) for rate in dict.fromkeys(caller.rates))
