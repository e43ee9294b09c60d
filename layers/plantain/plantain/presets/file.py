"""A preset's file with what belongs to it, and its version: a short hash of what it says."""

import codecs
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plantain.documents import BadDocument, text_of, toml_document
from plantain.faults import InvalidRequest, PresetBroken
from plantain.job import PresetRef
from plantain.models import MODELS, Model
from plantain.presets.brand import Brand, brand_of
from plantain.presets.keys import BRAND_KEY
from plantain.presets.preset import MAX_PRESET_BYTES, Preset, preset_of
from plantain.reports.problem_lines import problem_lines
from plantain.wishes.preset_wish import VERSION_LENGTH


@dataclass(frozen=True, slots=True)
class PresetFile:
    """What a preset's file says; `brand` is the brand profile's, where the preset wants one and there is one.

    The brand profile changes what is drawn, so it is part of the version.
    """

    name: str
    content: bytes
    brand: bytes | None = None
    is_shipped: bool = False

    @property
    def version(self) -> str:
        """The same for the same words, whatever editor saved them."""
        parts = [self.content] if self.brand is None else [self.content, self.brand]
        said = b"\0".join(map(_canonical, parts))
        return hashlib.sha256(said).hexdigest()[:VERSION_LENGTH]

    @property
    def ref(self) -> PresetRef:
        """What a job remembers of it."""
        return PresetRef(self.name, self.version)


def wants_brand(content: bytes) -> bool:
    """Whether a preset's file says `brand = true`; a broken one does not."""
    try:
        return toml_document(content).get("brand") is True
    except BadDocument:
        return False


def preset_in(file: PresetFile, model: Model) -> tuple[Preset, Brand | None]:
    """The preset and its brand. Raises PresetBroken, which names the fault."""
    preset, problems = _read_preset(file.content, model.name)
    brand, of_brand = (None, []) if file.brand is None else _read_brand(file.brand)
    problems = [*problems, *(f"{BRAND_KEY}, {problem}" for problem in of_brand)]
    if preset is None or problems:
        raise PresetBroken(file.name, problems)
    return preset, brand


def problems_of_preset(content: bytes, model: Model) -> list[str]:
    """What is wrong with a preset's file, each in a line for a person; empty if nothing is."""
    return list(_read_preset(content, model.name)[1])


def problems_of_brand(content: bytes) -> list[str]:
    """What is wrong with a brand profile."""
    return list(_read_brand(content)[1])


def images_of_preset(content: bytes, model: Model) -> dict[str, str]:
    """The keys of the images that a preset's file names, by their pointers into it; none of a broken one."""
    preset, _ = _read_preset(content, model.name)
    return {f"/brand_images/{at}": key for at, key in enumerate(preset.brand_images)} if preset else {}


def images_of_brand(content: bytes) -> dict[str, str]:
    """The same of a brand profile: its logo."""
    brand, _ = _read_brand(content)
    return {"/logo": brand.logo} if brand and brand.logo else {}


# The rows of a batch mostly have the same few presets.
@lru_cache(maxsize=32)
def _read_preset(content: bytes, model: str) -> tuple[Preset | None, list[str]]:
    return _read(content, lambda document: preset_of(document, MODELS[model]))


@lru_cache(maxsize=32)
def _read_brand(content: bytes) -> tuple[Brand | None, list[str]]:
    return _read(content, brand_of)


def _read[Read](content: bytes, read: Callable[[dict[str, Any]], Read]) -> tuple[Read | None, list[str]]:
    """What a file says, or what is wrong with it."""
    if len(content) > MAX_PRESET_BYTES:
        return None, [f"must be at most {MAX_PRESET_BYTES} bytes"]
    try:
        return read(toml_document(content)), []
    except BadDocument as bad:
        return None, [str(bad)]
    except InvalidRequest as invalid:
        return None, problem_lines(invalid.faults, text_of(content))


def _canonical(content: bytes) -> bytes:
    """Without what editors add: a BOM, and line ends of their own."""
    return content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
