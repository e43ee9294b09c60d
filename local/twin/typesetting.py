"""Setting a text of any length into a box: one size, balanced lines, columns when it is long."""

import re
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageDraw

from local.twin import characters, lettering
from local.twin.palette import Colour

_MEASURED_AT = 200  # pixels; widths grow with the size, so every word is measured once
_MEASURE = 66  # characters in a comfortable line
_BREAK_BELOW = 0.35  # of the largest size: a word that would make the text smaller than that is broken


@dataclass(frozen=True)
class Setting:
    """Lines in columns at one size (pixels); `leading` is from baseline to baseline."""

    size: int
    leading: float
    columns: tuple[tuple[str, ...], ...]
    column_width: float
    gutter: float

    @property
    def height(self) -> float:
        return self.leading * max(len(column) for column in self.columns)


def fit(text: str, box: tuple[float, float], largest: int, smallest: int) -> Setting:
    """The largest setting that fits the box (width, height); what is too long even so ends in `…`."""
    words = _words(text)
    longest = int(box[0] / max(_wide(word) for word in words))
    if longest < largest * _BREAK_BELOW:
        longest = round(largest * 0.6)
    low, high = smallest, max(smallest, min(largest, longest))
    while low < high:
        middle = (low + high + 1) // 2
        setting = _set(words, box, middle)
        if setting.height <= box[1]:
            low = middle
        else:
            high = middle - 1
    return _set(words, box, low, cut=True)


def _words(text: str) -> list[str]:
    """Words, and an empty one between paragraphs: where their lines were broken says nothing here."""
    paragraphs = [part.split() for part in re.split(r"\n\s*\n", characters.settable(text)) if part.strip()]
    words: list[str] = []
    for paragraph in paragraphs:
        words += ["", *paragraph] if words else paragraph
    return words or [" "]


@lru_cache(20_000)
def _wide(word: str) -> float:
    """Width in em."""
    return lettering.width(word, characters.font(_MEASURED_AT)) / _MEASURED_AT


def _set(words: list[str], box: tuple[float, float], size: int, cut: bool = False) -> Setting:
    gutter = size * 2.2
    characters = box[0] / (size * 0.5)
    count = max(1, min(4, round(characters / _MEASURE)))
    column = (box[0] - gutter * (count - 1)) / count
    limit = column / size
    lines = _wrap(words, limit)
    if count == 1 and len(lines) <= 8:
        lines = _balanced(words, limit, len(lines))
    leading = size * (1.16 if len(lines) <= 8 else 1.34)
    room = max(1, int(box[1] / leading))
    if cut and len(lines) > room * count:
        lines = lines[: room * count]
        lines[-1] = lines[-1].rstrip(" .,") + " …"
    each = -(-len(lines) // count)
    columns = tuple(tuple(lines[start : start + each]) for start in range(0, len(lines), each))
    return Setting(size, leading, columns, column, gutter)


def _wrap(words: list[str], limit: float) -> list[str]:
    """Lines no wider than `limit` em; a word too long for a line is broken."""
    lines, line, wide = [], "", 0.0
    space = _wide("n n") - 2 * _wide("n")
    for word in words:
        if word == "":
            lines.append(line)
            line, wide = "", 0.0
            continue
        for part in _parts(word, limit):
            more = _wide(part)
            if line and wide + space + more > limit:
                lines.append(line)
                line, wide = part, more
            else:
                line, wide = (f"{line} {part}", wide + space + more) if line else (part, more)
    return [*lines, line] if line or not lines else lines


def _parts(word: str, limit: float) -> list[str]:
    """The word, broken where it would be wider than `limit` em; an accent stays with its letter."""
    if _wide(word) <= limit:
        return [word]
    parts, wide = [""], 0.0
    for char in word:
        more = _wide(char)
        if parts[-1] and wide + more > limit and char not in characters.MARKS:
            parts.append("")
            wide = 0.0
        parts[-1] += char
        wide += more
    return parts


def _balanced(words: list[str], limit: float, count: int) -> list[str]:
    """The same number of lines, as narrow as they can be, so that no word is left alone on the last one."""
    low, high = max((min(_wide(word), limit) for word in words), default=1.0), limit
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_wrap(words, middle)) <= count else (middle, high)
    return _wrap(words, high)


def write(draw: ImageDraw.ImageDraw, setting: Setting, x: float, top: float, ink: Colour, accent: Colour) -> None:
    """Set it with its upper left corner at (x, top)."""
    face = characters.font(setting.size)
    for number, column in enumerate(setting.columns):
        left = x + number * (setting.column_width + setting.gutter)
        for row, line in enumerate(column):
            baseline = top + setting.leading * row + setting.size * 0.86
            lettering.write(draw, left, baseline, line, face, ink, accent)
