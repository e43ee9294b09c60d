"""The ground of a picture: a soft gradient and one quiet motif."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from local.twin.palette import Colour, Palette

Layer = tuple[Colour, Image.Image, float]
"""A colour, where it lies (a mask), and how strongly (0 to 1)."""

_FULL_EDGE = 2048  # pixels; beyond it masks are made at half the size, which nobody sees and saves half the time


def paint(size: tuple[int, int], palette: Palette, dice: random.Random) -> Image.Image:
    """An RGB image of this size."""
    corners = Image.new("RGB", (2, 2))
    for corner, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), palette.ground, strict=True):
        corners.putpixel(corner, colour)
    image = corners.resize(size, Image.Resampling.BICUBIC)
    part = 2 if max(size) > _FULL_EDGE else 1
    motif = dice.choice((_hills, _discs, _rings, _sun))
    for colour, mask, strength in motif((size[0] // part, size[1] // part), palette, dice):
        soft = mask.filter(ImageFilter.BoxBlur(1)).point([round(level * strength) for level in range(256)])
        image.paste(colour, (0, 0), soft if soft.size == size else soft.resize(size, Image.Resampling.BILINEAR))
    return image


def _hills(size: tuple[int, int], palette: Palette, dice: random.Random) -> list[Layer]:
    """Three ranges of hills, one before the other."""
    width, height = size
    layers: list[Layer] = []
    for number, colour in enumerate(palette.shapes):
        base = height * (0.62 + 0.13 * number)
        swing = min(width, height) * dice.uniform(0.05, 0.09)
        waves, phase = dice.uniform(0.7, 1.5), dice.uniform(0, math.tau)
        ridge = [(width * k / 96, base + swing * _wave(phase, waves * k / 96)) for k in range(97)]
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(0, height), *ridge, (width, height)], fill=255)
        layers.append((colour, mask, 0.6))
    return layers


def _wave(phase: float, turn: float) -> float:
    return math.sin(phase + math.tau * turn) + 0.4 * math.sin(2.3 * phase + math.tau * 2.1 * turn)


def _discs(size: tuple[int, int], palette: Palette, dice: random.Random) -> list[Layer]:
    """Large discs, partly out of the picture; where two overlap the third colour shines."""
    width, height = size
    masks = []
    for place in range(3):
        x = width * (0.15 + 0.35 * place + dice.uniform(-0.08, 0.08))
        y = height * dice.choice((dice.uniform(-0.02, 0.16), dice.uniform(0.84, 1.02)))
        masks.append(_disc(size, x, y, min(width, height) * dice.uniform(0.34, 0.5)))
    first, second, third = masks
    return [
        (palette.shapes[0], first, 0.6),
        (palette.shapes[1], second, 0.6),
        (palette.shapes[0], third, 0.6),
        (palette.shapes[2], ImageChops.darker(first, second), 0.7),
        (palette.shapes[2], ImageChops.darker(second, third), 0.7),
    ]


def _rings(size: tuple[int, int], palette: Palette, dice: random.Random) -> list[Layer]:
    """Rings around a point near a corner on the right, away from where lines begin."""
    width, height = size
    x, y = width * 0.96, height * dice.choice((0.02, 0.98))
    step = max(min(width, height) * 0.14, max(width, height) * 0.075)
    radii = range(6, 0, -1)
    return [
        (
            palette.shapes[2] if number == 1 else palette.shapes[number % 2],
            _disc(size, x, y, step * number),
            0.8 if number == 1 else 0.28,
        )
        for number in radii
    ]


def _sun(size: tuple[int, int], palette: Palette, dice: random.Random) -> list[Layer]:
    """A great disc above a calm horizon."""
    width, height = size
    radius = min(width, height) * dice.uniform(0.24, 0.32)
    x, horizon = width * dice.uniform(0.68, 0.82), height * dice.uniform(0.74, 0.8)
    sea, shore = Image.new("L", size), Image.new("L", size)
    ImageDraw.Draw(sea).rectangle((0, horizon, width, height), fill=255)
    ImageDraw.Draw(shore).rectangle((0, horizon + (height - horizon) * 0.42, width, height), fill=255)
    disc = _disc(size, x, horizon - radius * 0.35, radius)
    return [(palette.shapes[2], disc, 0.9), (palette.shapes[0], sea, 0.8), (palette.shapes[1], shore, 0.8)]


def _disc(size: tuple[int, int], x: float, y: float, radius: float) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask
