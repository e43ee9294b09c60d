"""A wish by a preset: which one, in which version, and what it is filled with."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from plantain.faults import PresetUnknown
from plantain.validation import UnicodeText, unicode_text
from plantain.wishes.request import ImageSettings, Replayable

PRESET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
VERSION_LENGTH = 12  # hex digits
PRESET = rf"{PRESET_NAME.pattern}(@[0-9a-f]{{{VERSION_LENGTH}}})?"
MAX_VARIABLES = 50
WORDS = ("style", "mood", "composition")


@dataclass(frozen=True, slots=True)
class PresetWish:
    """A preset by name, and by version where an earlier one is meant; what is given for it, and nothing else.

    `settings` holds the given fields of Request (snake_case) that are to override the preset's own, `words` the
    given ones of style, mood and composition.
    """

    name: str
    version: str | None
    variables: Mapping[str, str]
    settings: Mapping[str, Any]
    words: Mapping[str, str]
    cache: bool = False
    max_cost: float | None = None


def name_and_version(preset: str) -> tuple[str, str | None]:
    """The two parts of `name@version`; the version is None where none is asked for. Raises PresetUnknown."""
    if not re.fullmatch(PRESET, preset):
        raise PresetUnknown(f"{preset[:80]} cannot be: a name has lower-case letters, digits and hyphens")
    name, _, version = preset.partition("@")
    return name, version or None


def _preset(text: str) -> str:
    if not re.fullmatch(PRESET, text):
        detail = "must be the name of a preset, or name@version with its {length} characters"
        raise PydanticCustomError("preset", detail, {"length": VERSION_LENGTH})
    return text


def _few_variables(variables: Any) -> Any:
    if isinstance(variables, dict) and len(variables) > MAX_VARIABLES:
        raise PydanticCustomError("too_many", "must hold at most {limit} variables", {"limit": MAX_VARIABLES})
    return variables


FewVariables = BeforeValidator(_few_variables)


def _value(value: Any) -> str:
    """Texts, numbers, and what TOML has for dates and times; each as a person would write it."""
    match value:
        case str():
            return unicode_text(value)
        case int() | float() if is_number(value):
            return as_text(value)
        case dt.date() | dt.time():
            return str(value)
    raise PydanticCustomError("value", "must be a text or a number")


Value = Annotated[
    str, BeforeValidator(_value), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class PresetFilling(ImageSettings):
    """What a preset is filled with. Settings that are left out are the preset's own."""

    variables: Annotated[dict[UnicodeText, Value], FewVariables] = Field(default_factory=dict)
    """What goes into the places that the preset leaves open, by name."""
    style: Text | None = None
    """How it is drawn, in place of the preset's own: isometric 3D, flat design, minimalist, cinematic, …"""
    mood: Text | None = None
    """What it feels like, in place of the preset's own: professional, bold, modern, tech-forward, premium, …"""
    composition: Text | None = None
    """How it is laid out, in place of the preset's own: centered, asymmetric, grid layout, hero image, …"""


class PresetRequest(PresetFilling, Replayable):
    """A wish for one image by a preset, the house style kept as a file."""

    preset: Annotated[str, AfterValidator(_preset)]
    """The preset's name; `name@version` asks for a version that was used before."""


def is_number(value: Any) -> bool:
    """Whether a person writes such numbers: not endless ones, nor with so many digits that Python refuses."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**100


def as_text(value: str | float) -> str:
    """A number as a person would write it: 5.0 is 5, as JSON has one kind of number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
