"""The brand profile, `presets/brand.toml`: what every preset with `brand = true` keeps to."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from plantain.presets.fields import BrandImage, Line, Words, one_line
from plantain.validation import checked

MAX_ENTRIES = 30


def _few(entries: Any) -> Any:
    if isinstance(entries, list | dict) and len(entries) > MAX_ENTRIES:
        raise PydanticCustomError("too_many", "must hold at most {limit} entries", {"limit": MAX_ENTRIES})
    return entries


Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(one_line)
]
Wordings = Annotated[tuple[Word, ...], BeforeValidator(_few)]


class Wording(BaseModel):
    """How the brand writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep: Wordings = ()
    """Written exactly so wherever it is written."""
    avoid: Wordings = ()
    """Never written."""


class Brand(BaseModel):
    """A checked brand profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    colours: Annotated[dict[Line, Line], BeforeValidator(_few)] = Field(default_factory=dict)
    """What each is for, and the colour: `main = "#0B6E4F"`."""
    typography: Words = ""
    logo: BrandImage | None = None
    wording: Wording = Wording()


def brand_of(document: Mapping[str, Any]) -> Brand:
    """The profile in a file's table. Raises InvalidRequest, its pointers into the file."""
    return checked(Brand, document)


def sentences_of(brand: Brand) -> list[str]:
    """What a prompt says of the brand; its logo is told with the images (presets/composing.py)."""
    said = []
    if brand.colours:
        colours = ", ".join(f"{colour} as {use}" for use, colour in brand.colours.items())
        said.append(f"Keep to these colours and tints of them: {colours}.")
    if brand.typography:
        said.append(f"Typography: {brand.typography.rstrip('.')}.")
    if brand.wording.keep:
        said.append(f"Wherever these words are written, write them exactly so: {_quoted(brand.wording.keep)}.")
    if brand.wording.avoid:
        said.append(f"Do not add any of these words: {_quoted(brand.wording.avoid)}.")
    return said


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{word}"' for word in words)
