"""Colours that go together, chosen by a seed, in OKLCH so that equal steps look equal."""

import math
import random
from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """`ground` are four corners of a soft gradient; `shapes` lie on it; `ink` reads well on all of them."""

    ground: tuple[Colour, Colour, Colour, Colour]
    shapes: tuple[Colour, Colour, Colour]
    ink: Colour
    quiet: Colour
    accent: Colour
    frame: Colour


def oklch(light: float, chroma: float, hue: float) -> Colour:
    """sRGB of a colour in OKLCH (light 0 to 1, chroma 0 to 0.37, hue in degrees), clipped to the gamut."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _srgb(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _srgb(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _srgb(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _srgb(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    value = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * value)


def choose(dice: random.Random) -> Palette:
    """One hue, its two neighbours, and an accent from across the wheel; on a light or on a dark ground."""
    near = dice.choice((-1, 1)) * dice.uniform(28, 50)
    if dice.random() < 0.6:
        return _light(dice.uniform(0, 360), near, dice.choice((150, 180, 210)))
    return _dark(dice.uniform(185, 335), near * 0.7, dice.choice((130, 160, 190)))


def _light(hue: float, near: float, across: float) -> Palette:
    return Palette(
        ground=(
            oklch(0.97, 0.018, hue),
            oklch(0.935, 0.04, hue + near),
            oklch(0.91, 0.055, hue),
            oklch(0.955, 0.03, hue - near),
        ),
        shapes=(
            oklch(0.87, 0.075, hue),
            oklch(0.885, 0.07, hue + near),
            oklch(0.915, 0.06, hue - 1.6 * near),
        ),
        ink=oklch(0.24, 0.045, hue),
        quiet=oklch(0.44, 0.045, hue),
        accent=oklch(0.62, 0.16, hue + across),
        frame=oklch(0.99, 0.005, hue),
    )


def _dark(hue: float, near: float, across: float) -> Palette:
    """Only from blue-green over blue to wine: the other hues turn to mud in the dark."""
    return Palette(
        ground=(
            oklch(0.27, 0.05, hue),
            oklch(0.33, 0.075, hue + near),
            oklch(0.24, 0.045, hue - near),
            oklch(0.35, 0.08, hue),
        ),
        shapes=(oklch(0.40, 0.095, hue), oklch(0.37, 0.09, hue + near), oklch(0.47, 0.11, hue - 1.4 * near)),
        ink=oklch(0.97, 0.012, hue),
        quiet=oklch(0.81, 0.035, hue),
        accent=oklch(0.82, 0.13, hue + across),
        frame=oklch(0.95, 0.01, hue),
    )
