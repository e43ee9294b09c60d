"""One line of text in Pillow's bundled font, which has ASCII and little else: accents, dashes are drawn here.

What it cannot set at all (other scripts, emoji) becomes a disc in the accent colour, so a line keeps its length.
"""
# ruff: noqa: RUF001 (the characters that look like others are what this module is about)

import re
import unicodedata
from functools import cache

from PIL import ImageDraw, ImageFont

from local.twin.palette import Colour

DISC = "●"
BARS = {"–": 0.5, "—": 0.86}  # dashes, width in em
_SHAPE_WIDTHS = {**BARS, DISC: 0.62, "•": 0.45}
_SET_AS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "„": '"',
        "‚": ",",
        "«": '"',
        "»": '"',
        "‹": "'",
        "›": "'",
        "×": "x",
        "−": "-",
        "‐": "-",
        "‑": "-",
        "€": "EUR",
        "£": "GBP",
        "→": "->",
        "←": "<-",
        "½": "1/2",
        "®": "(R)",
    }
)
_ABOVE = {
    "\u0300",
    "\u0301",
    "\u0302",
    "\u0303",
    "\u0304",
    "\u0306",
    "\u0307",
    "\u0308",
    "\u030a",
    "\u030b",
    "\u030c",
}
_BELOW = {"\u0323", "\u0326", "\u0327", "\u0328"}
_MARKS = _ABOVE | _BELOW
_SPECIAL = re.compile(f"([{''.join(_SHAPE_WIDTHS)}{''.join(sorted(_MARKS))}])")

Font = ImageFont.FreeTypeFont


@cache
def font(size: int) -> Font:
    """The bundled font at this many pixels."""
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)  # true wherever Pillow's wheel is used
    return found


@cache
def _has(char: str) -> bool:
    probe = font(40)
    return bytes(probe.getmask(char)) != bytes(probe.getmask("\uffff")) or char == " "


@cache
def _settable(char: str) -> str:
    """One character as what can be set: itself, base letter and marks, a stand-in, a disc, or nothing."""
    if char in _SHAPE_WIDTHS or char in "\n ":
        return char
    kind = unicodedata.category(char)
    if char.isspace():
        return " "
    if kind in ("Cc", "Cf", "Mn", "Me", "Cs", "Sk") and not char.isascii():
        return ""  # joiners, variation selectors, skin tones, lone marks
    if kind == "Cc":
        return ""
    if _has(char):
        return char
    parts = unicodedata.normalize("NFD", char)
    base, marks = parts[0], parts[1:]
    if marks and _has(base) and all(mark in _MARKS for mark in marks):
        return parts
    stand_in = unicodedata.normalize("NFKC", char).translate(_SET_AS)
    return stand_in if all(_has(one) for one in stand_in) else DISC


def settable(text: str) -> str:
    """The text in characters that `width` and `write` know."""
    return "".join(_settable(char) for char in unicodedata.normalize("NFC", text))


def width(line: str, face: Font) -> float:
    """Pixels a settable line takes."""
    total = 0.0
    for part in _SPECIAL.split(line):
        total += _SHAPE_WIDTHS[part] * face.size if part in _SHAPE_WIDTHS else 0.0
        total += face.getlength(part) if part and part not in _SHAPE_WIDTHS and part not in _MARKS else 0.0
    return total


def write(
    draw: ImageDraw.ImageDraw, x: float, baseline: float, line: str, face: Font, ink: Colour, accent: Colour
) -> None:
    """Set one settable line with its left end at x."""
    em, before = face.size, ""
    for part in _SPECIAL.split(line):
        if part in BARS:
            bar = (x + 0.06 * em, baseline - 0.27 * em, x + (BARS[part] - 0.06) * em, baseline - 0.21 * em)
            draw.rectangle(bar, fill=ink)
        elif part in _SHAPE_WIDTHS:
            radius = 0.2 * em if part == DISC else 0.11 * em
            draw.circle(
                (x + _SHAPE_WIDTHS[part] * em / 2, baseline - 0.3 * em),
                radius,
                fill=accent if part == DISC else ink,
            )
        elif part in _MARKS:
            _mark(draw, part, x - face.getlength(before) / 2, baseline, before, face, ink)
            continue
        elif part:
            draw.text((x, baseline), part, font=face, fill=ink, anchor="ls")
            before = part[-1]
        x += width(part, face)


def _mark(
    draw: ImageDraw.ImageDraw, mark: str, x: float, baseline: float, base: str, face: Font, ink: Colour
) -> None:
    """An accent over or under the letter whose middle is x."""
    em, pen = face.size, max(1, round(face.size * 0.062))
    top = baseline + face.getbbox(base, anchor="ls")[1] - 0.09 * em
    if base in "ij" and mark in _ABOVE:
        top = baseline - 0.70 * em
    reach, rise = 0.11 * em, 0.12 * em
    lines = {
        "\u0300": [(-reach, -rise), (reach * 0.5, 0)],
        "\u0301": [(-reach * 0.5, 0), (reach, -rise)],
        "\u0302": [(-reach, 0), (0, -rise), (reach, 0)],
        "\u030c": [(-reach, -rise), (0, 0), (reach, -rise)],
        "\u0303": [
            (-reach * 1.3, -rise * 0.2),
            (-reach * 0.5, -rise * 0.6),
            (reach * 0.5, -rise * 0.2),
            (reach * 1.3, -rise * 0.6),
        ],
        "\u0304": [(-reach, -rise / 2), (reach, -rise / 2)],
        "\u0306": [(-reach, -rise), (0, 0), (reach, -rise)],
        "\u030b": [(-reach, 0), (reach, -rise)],
    }
    if mark in _BELOW:
        hook = [(0.0, 0.03), (0.05, 0.1), (-0.07, 0.17)]
        draw.line([(x + dx * em, baseline + dy * em) for dx, dy in hook], fill=ink, width=pen, joint="curve")
    elif mark in lines:
        draw.line([(x + dx, top + dy) for dx, dy in lines[mark]], fill=ink, width=pen, joint="curve")
    elif mark == "\u030a":
        draw.circle((x, top - rise * 0.3), 0.09 * em, outline=ink, width=max(1, pen * 3 // 4))
    else:
        for dx in (-0.105 * em, 0.105 * em) if mark == "\u0308" else (0.0,):
            draw.circle((x + dx, top - rise * 0.25), 0.054 * em, fill=ink)
