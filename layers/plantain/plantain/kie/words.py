"""Kie.ai's own words, as they may be kept and shown."""

import re
from typing import Any

MAX_WORDS = 2000  # characters
_WORD = re.compile(r"\S+")
# What makes a word a link: as it is, without a scheme, percent-encoded, or cut down to its signed part.
_LINK = re.compile(r"//[^/]|%3a%2f%2f|x-amz-", re.IGNORECASE)


def kept_words(said: Any) -> str:
    """Without links, which may be signed ones of ours, and as text that can be written down: half of a character
    outside the BMP, as a cut leaves it in Java, cannot."""
    text = str(said)[:MAX_WORDS].encode(errors="replace").decode()
    return _WORD.sub(lambda word: "(link)" if _LINK.search(word[0]) else word[0], text)
