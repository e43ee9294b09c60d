"""Which characters Pillow's bundled font can set, and what stands in for the others.

The font has ASCII and little else. Accents, dashes and bullets are drawn by `lettering`; what cannot be set
at all (other scripts, emoji) becomes one disc, so that a line keeps its length.
"""

import unicodedata
from functools import cache, lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

DISC = "●"
BARS = {"–": 0.5, "—": 0.86}  # dashes, width in em
SHAPES = {**BARS, DISC: 0.62, "•": 0.45}

ABOVE = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c")
BELOW = frozenset("\u0323\u0326\u0327\u0328")
MARKS = ABOVE | BELOW

_STAND_INS = "ß=ss ẞ=SS æ=ae Æ=AE œ=oe Œ=OE ø=o Ø=O ł=l Ł=L đ=d Đ=D ð=d þ=th ı=i €=EUR £=GBP ½=1/2 ®=(R)"
_STAND_INS += ' „=" ‚=, «=" »=" ‹=\' ›=\' ×=x −=- ‐=- ‑=- →=-> ←=<-'
_SET_AS = str.maketrans(dict(pair.split("=") for pair in _STAND_INS.split()))


@lru_cache(64)
def font(size: int) -> Font:
    """The bundled font at this many pixels."""
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)  # true wherever Pillow's wheel is used
    return found


def settable(text: str) -> str:
    """The text in characters that `lettering` can set, accents following their letter."""
    return "".join(_settable(char) for char in unicodedata.normalize("NFC", text))


@cache
def _settable(char: str) -> str:
    """One character as what can be set: itself, base letter and marks, a stand-in, a disc, or nothing."""
    if char in SHAPES or char in "\n ":
        return char
    if char.isspace():
        return " "
    if unicodedata.category(char) in ("Cc", "Cf", "Mn", "Me", "Cs") or "\U0001f3fb" <= char <= "\U0001f3ff":
        return ""  # joiners, variation selectors, lone marks, and the skin tones of emoji
    if _has(char):
        return char
    parts = unicodedata.normalize("NFD", char)
    if len(parts) > 1 and _has(parts[0]) and MARKS.issuperset(parts[1:]):
        return parts
    stand_in = unicodedata.normalize("NFKC", char).translate(_SET_AS)
    return stand_in if all(_has(one) for one in stand_in) else DISC


@cache
def _has(char: str) -> bool:
    probe = font(40)
    return char == " " or bytes(probe.getmask(char)) != bytes(probe.getmask("\uffff"))
