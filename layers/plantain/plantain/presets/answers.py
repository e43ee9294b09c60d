"""What the HTTP API answers of presets, field by field; openapi.yaml is made of this."""

from typing import TypedDict


class Variable(TypedDict):
    """A place that a preset leaves open."""

    name: str
    """What to name it in `variables`."""
    description: str
    """What belongs there."""
    required: bool
    """Whether it must be given."""
    default: str | None
    """What stands there if it is not given; null if nothing does."""
    choices: list[str]
    """The only values it takes; empty if any will do."""
    maxLength: int | None
    """Characters; null if only the prompt's own limit holds."""


class PictureSettings(TypedDict):
    """What kind of picture it is to be."""

    aspectRatio: str
    """Width to height."""
    resolution: str
    """The long edge; decides the price."""
    outputFormat: str
    """How the image is to be encoded."""


class Preset(TypedDict):
    """A preset, but for its prompt."""

    name: str
    """What to name in `preset`."""
    version: str
    """A short hash of what it says now."""
    shipped: bool
    """Whether it came with Plantain; else it lies in the inbox, as `presets/<name>.toml`."""
    problems: list[str]
    """Why it cannot be used until its file is mended; empty if it can."""
    description: str
    """What it is for, in a line."""
    variables: list[Variable]
    """The places that it leaves open."""
    settings: PictureSettings | None
    """What it asks for where the request says nothing; null if it is broken."""
    style: str
    """How it is drawn."""
    mood: str
    """What it feels like."""
    composition: str
    """How it is laid out."""
    locked: list[str]
    """Fields that a request may not override."""
    minImages: int
    """How many images it needs at least in `imageInput`."""
    brandImages: int
    """How many images it adds itself; with those of the request they must not be more than the model takes."""
    brand: bool
    """Whether it keeps to the brand profile, where there is one."""


class PresetInFull(Preset):
    """A preset with its prompt."""

    prompt: str
    """The prompt with its `$variables`; empty if the preset is broken."""


class PresetList(TypedDict):
    """The presets there are."""

    presets: list[Preset]
    """By name: those shipped, and at most 80 of the owner's own."""
