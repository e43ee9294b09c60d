"""One picture: the prompt on a ground made from it, the inputs worked in. Same wish, same picture."""

import hashlib
import io
import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from local.twin import background, characters, collage, lettering, palette, typesetting

_AUTO_SHORT = ("1:1", "4:3", "3:2", "16:9", "4:5")
_AUTO_LONG = ("3:4", "2:3", "4:5")
_LONG_TEXT = 600  # characters


@dataclass(frozen=True)
class Drawing:
    """`ratio` is `w:h` or `auto`; `long_edge` in pixels; `inputs` are image bytes; `variant` from 1."""

    text: str
    ratio: str = "1:1"
    long_edge: int = 1024
    output_format: str = "png"
    inputs: tuple[bytes, ...] = ()
    caption: str = ""
    variant: int = 1


def draw(wish: Drawing) -> bytes:
    """PNG or JPEG bytes."""
    dice = random.Random(_seed(wish))
    colours = palette.choose(dice)
    ratio = _auto(wish) if wish.ratio == "auto" else wish.ratio
    image = background.paint(size_of(ratio, wish.long_edge), colours, dice)
    _compose(image, wish, colours, ratio)
    out = io.BytesIO()
    if wish.output_format == "jpg":
        image.save(out, "JPEG", quality=90)
    else:
        image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _seed(wish: Drawing) -> int:
    return int.from_bytes(hashlib.sha256(f"{wish.variant} {wish.text}".encode("utf-8", "replace")).digest()[:8])


def size_of(ratio: str, long_edge: int) -> tuple[int, int]:
    """Width and height in whole pixels."""
    across, down = (int(part) for part in ratio.split(":"))
    if across >= down:
        return long_edge, round(long_edge * down / across)
    return round(long_edge * across / down), long_edge


def _auto(wish: Drawing) -> str:
    """The ratio nearest to the first input image; without one, by the length of the text and its seed."""
    if wish.inputs:
        with Image.open(io.BytesIO(wish.inputs[0])) as first:
            shape = first.width / first.height
        every = (*_AUTO_SHORT, "2:3", "3:4", "5:4", "9:16", "21:9")
        return min(every, key=lambda ratio: abs(_shape(ratio) - shape) / _shape(ratio))
    choice = _AUTO_LONG if len(wish.text) > _LONG_TEXT else _AUTO_SHORT
    return choice[_seed(wish) % len(choice)]


def _shape(ratio: str) -> float:
    across, down = (int(part) for part in ratio.split(":"))
    return across / down


def _compose(image: Image.Image, wish: Drawing, colours: palette.Palette, ratio: str) -> None:
    """Every length is a part of `base`, the short edge, or a little more in a very long picture."""
    width, height = image.size
    base = max(min(width, height), 0.8 * math.sqrt(width * height))
    margin = round(min(width, height) * 0.085)
    small = max(9, round(base * 0.021))
    left, top, right, bottom = (
        float(margin),
        float(margin),
        float(width - margin),
        height - margin - small * 3.2,
    )
    if wish.inputs:
        gap = base * 0.03
        if width > height * 1.1:
            edge = left + (right - left) * 0.52
            collage.hang(image, wish.inputs, (edge + gap, top, right, height - margin), gap, colours.frame)
            right = edge - gap
        else:
            edge = top + (bottom - top) * 0.52
            collage.hang(image, wish.inputs, (left, top, right, edge - gap), gap, colours.frame)
            top = edge + gap
    pen = ImageDraw.Draw(image)
    text = wish.text or "(no words)"
    setting = typesetting.fit(
        text, (right - left, bottom - top), round(base * _largest(len(text))), max(8, round(base * 0.0125))
    )
    y = top + (bottom - top - setting.height) * (0.44 if setting.height < (bottom - top) * 0.8 else 0.0)
    typesetting.write(pen, setting, left, y, colours.ink, colours.accent)
    _caption(pen, (margin, height - margin), small, f"{wish.caption}  ·  {ratio}".strip(" ·"), colours)


def _largest(characters: int) -> float:
    """A few words are a poster, a sentence is a headline."""
    return 0.2 if characters <= 12 else 0.145 if characters <= 40 else 0.115


def _caption(
    pen: ImageDraw.ImageDraw, corner: tuple[int, int], small: int, text: str, colours: palette.Palette
) -> None:
    """An accent and one quiet line at the foot."""
    left, baseline = corner
    line = baseline - small * 1.9
    thick = max(2, round(small * 0.16))
    pen.rounded_rectangle((left, line, left + small * 3, line + thick), thick, fill=colours.accent)
    face = characters.font(small)
    lettering.write(pen, left, baseline, characters.settable(text), face, colours.quiet, colours.accent)
