"""Kie.ai's own words, as they may be kept and shown."""

import re
from typing import Any

MAX_WORDS = 2000  # characters
# Links as they are, without a scheme, percent-encoded, or cut down to their signed part.
_LINK = re.compile(r"\S*(://|%3a%2f%2f|x-amz-)\S*|//[^\s/]\S*", re.IGNORECASE)


def kept_words(said: Any) -> str:
    """Without links, which may be signed ones of ours, and as text that can be written down: half of a character
    outside the BMP, as a cut leaves it in Java, cannot."""
    text = str(said).encode(errors="replace").decode()
    return _LINK.sub("(link)", text)[:MAX_WORDS]
