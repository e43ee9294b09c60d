"""Presets: house styles kept as files, with places that a request fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plantain_client.resolved import Resolved
from plantain_client.task import Document, PresetRef

Variables = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Variable:
    """A place that a preset leaves open. `max_length` in characters; no `choices`: any value will do."""

    name: str
    description: str
    required: bool
    default: str | None
    choices: tuple[str, ...]
    max_length: int | None


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset. `problems` say why it cannot be used until its file is mended; then most of the rest is empty.

    `shipped`: it came with Plantain, else it is the owner's own. `prompt` is None where it comes from a list.
    """

    ref: PresetRef
    shipped: bool
    problems: tuple[str, ...]
    description: str
    variables: tuple[Variable, ...]
    aspect_ratio: str | None
    resolution: str | None
    output_format: str | None
    style: str
    mood: str
    composition: str
    locked: tuple[str, ...]
    min_images: int
    brand_images: int
    brand: bool
    prompt: str | None
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rendering(Resolved):
    """What a preset comes to, filled so. Nothing was reserved, sent or charged; `price` is what it would cost."""

    preset: PresetRef
