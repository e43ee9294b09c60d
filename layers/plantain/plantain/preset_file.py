"""A preset's file with what belongs to it, and its version: a short hash of what it says."""

import codecs
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plantain.brand import Brand, brand_of
from plantain.documents import BadDocument, text_of, toml_document
from plantain.faults import InvalidRequest, PresetBroken
from plantain.job import PresetRef
from plantain.models import Model
from plantain.plain_words import problem_lines
from plantain.preset import MAX_PRESET_BYTES, Preset, preset_of

VERSION_LENGTH = 12


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
    problems = problems_of_preset(file.content, model)
    if file.brand is not None:
        problems += [f"presets/brand.toml, {problem}" for problem in problems_of_brand(file.brand)]
    if problems:
        raise PresetBroken(file.name, problems)
    preset = preset_of(toml_document(file.content), model)
    return preset, brand_of(toml_document(file.brand)) if file.brand is not None else None


def problems_of_preset(content: bytes, model: Model) -> list[str]:
    """What is wrong with a preset's file, each in a line for a person; empty if nothing is."""
    return _problems(content, lambda document: preset_of(document, model))


def problems_of_brand(content: bytes) -> list[str]:
    """What is wrong with a brand profile."""
    return _problems(content, brand_of)


def _problems(content: bytes, read: Callable[[dict[str, Any]], object]) -> list[str]:
    if len(content) > MAX_PRESET_BYTES:
        return [f"must be at most {MAX_PRESET_BYTES} bytes"]
    try:
        read(toml_document(content))
    except BadDocument as bad:
        return [str(bad)]
    except InvalidRequest as invalid:
        return problem_lines(invalid.faults, text_of(content))
    return []


def _canonical(content: bytes) -> bytes:
    """Without what editors add: a BOM, and line ends of their own."""
    return content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
