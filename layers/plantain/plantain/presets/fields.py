"""The fields of a preset's file and of the brand profile: what each takes, and how it refuses the rest."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from plantain.inbox.file_kinds import IMAGE_ENDINGS
from plantain.inbox.keys import DROPS, PRESETS, is_inbox_key
from plantain.wishes.preset_wish import WORDS, as_text, is_number
from plantain.wishes.request import PictureSettings

LOCKABLE = (*PictureSettings.model_fields, "image_input", *WORDS)

_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What stands beside a preset's variables in a row of a batch.
_TAKEN = {"prompt", "preset", "variables", "count", "dry_run", "cache", "id", *LOCKABLE}


def one_line(text: str) -> str:
    """The same words with single spaces between them."""
    return " ".join(text.split())


def _joined(value: Any) -> Any:
    """Keywords may be a text or a list of texts."""
    is_list = isinstance(value, list) and all(isinstance(word, str) for word in value)
    return ", ".join(value) if is_list else value


def _scalar(value: Any) -> Any:
    return as_text(value) if is_number(value) else value


def _brand_image(key: str) -> str:
    if not (is_inbox_key(key) and key.isprintable() and key.lower().endswith(IMAGE_ENDINGS)):
        raise PydanticCustomError(
            "brand_image",
            f"must be the key of a png, jpg or webp image in the inbox, below {PRESETS} or {DROPS}",
        )
    return key


def _lockable(name: str) -> str:
    if name not in LOCKABLE:
        raise PydanticCustomError("lockable", "must be one of {choices}", {"choices": ", ".join(LOCKABLE)})
    return name


def _variable_name(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise PydanticCustomError(
            "variable", "must be named with lower-case letters, digits and _, beginning with a letter"
        )
    if name in _TAKEN:
        raise PydanticCustomError("taken", "must have another name: that is the name of a field")
    return name


def variable_of(heading: str) -> str:
    """The variable that a column is named after as people write: `Main colour`, `mainColour`, `main-colour`."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"[\s-]+", "_", heading)).lower()
    return plain if _VARIABLE.fullmatch(plain) else heading


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)]
Words = Annotated[str, BeforeValidator(_joined), StringConstraints(max_length=1000), AfterValidator(one_line)]
Scalar = Annotated[str, BeforeValidator(_scalar), StringConstraints(strip_whitespace=True, max_length=2000)]
BrandImage = Annotated[str, AfterValidator(_brand_image)]
Flag = Annotated[bool, Field(strict=True)]
Locked = Annotated[str, AfterValidator(_lockable)]
VariableName = Annotated[str, AfterValidator(_variable_name)]
