"""One line of text: letters from the bundled font; accents, dashes, bullets and discs drawn as shapes."""

import re

from PIL import ImageDraw

from local.twin.characters import ABOVE, BARS, BELOW, DISC, MARKS, SHAPES, Font
from local.twin.palette import Colour

_SPECIAL = re.compile(f"([{''.join(SHAPES)}{''.join(sorted(MARKS))}])")


def width(line: str, face: Font) -> float:
    """Pixels a settable line takes."""
    total = 0.0
    for part in _SPECIAL.split(line):
        total += SHAPES[part] * face.size if part in SHAPES else 0.0
        total += face.getlength(part) if part and part not in SHAPES and part not in MARKS else 0.0
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
        elif part in SHAPES:
            radius = 0.2 * em if part == DISC else 0.11 * em
            draw.circle(
                (x + SHAPES[part] * em / 2, baseline - 0.3 * em),
                radius,
                fill=accent if part == DISC else ink,
            )
        elif part in MARKS:
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
    if base in "ij" and mark in ABOVE:
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
    if mark in BELOW:
        hook = [(0.0, 0.03), (0.05, 0.1), (-0.07, 0.17)]
        draw.line([(x + dx * em, baseline + dy * em) for dx, dy in hook], fill=ink, width=pen, joint="curve")
    elif mark in lines:
        draw.line([(x + dx, top + dy) for dx, dy in lines[mark]], fill=ink, width=pen, joint="curve")
    elif mark == "\u030a":
        draw.circle((x, top - rise * 0.3), 0.09 * em, outline=ink, width=max(1, pen * 3 // 4))
    else:
        for dx in (-0.105 * em, 0.105 * em) if mark == "\u0308" else (0.0,):
            draw.circle((x + dx, top - rise * 0.25), 0.054 * em, fill=ink)
