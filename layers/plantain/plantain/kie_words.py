"""Kie.ai's own words, as they may be kept and shown."""

import re
from typing import Any

MAX_WORDS = 2000  # characters
_LINK = re.compile(r"https?:\S+", re.IGNORECASE)


def kept_words(said: Any) -> str:
    """Without links, which may be signed ones of ours."""
    return _LINK.sub("(link)", str(said))[:MAX_WORDS]
