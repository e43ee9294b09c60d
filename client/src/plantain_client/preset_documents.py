"""Reads the JSON documents of presets. Each raises KeyError, TypeError or ValueError where it is another one."""

from __future__ import annotations

from plantain_client.fields import listed, name, or_none, text, whole, yes_or_no
from plantain_client.preset import Preset, Rendering, Variable
from plantain_client.resolved import resolved_from
from plantain_client.task import Document, PresetRef


def presets_from(document: Document) -> tuple[Preset, ...]:
    """The presets of a list."""
    return listed(document["presets"], preset_from)


def preset_from(document: Document) -> Preset:
    """A preset, with its prompt or without."""
    get, settings = document.get, document.get("settings") or {}
    return Preset(
        ref=ref_from(document),
        shipped=yes_or_no(document["shipped"]),
        problems=listed(document["problems"], text),
        description=text(get("description", "")),
        variables=listed(get("variables", []), _variable),
        aspect_ratio=or_none(text, settings.get("aspectRatio")),
        resolution=or_none(text, settings.get("resolution")),
        output_format=or_none(text, settings.get("outputFormat")),
        style=text(get("style", "")),
        mood=text(get("mood", "")),
        composition=text(get("composition", "")),
        locked=listed(get("locked", []), text),
        min_images=whole(get("minImages", 0)),
        brand_images=whole(get("brandImages", 0)),
        brand=bool(get("brand")),
        prompt=or_none(text, get("prompt")),
        document=document,
    )


def rendering_from(document: Document) -> Rendering:
    """A dry run."""
    return resolved_from(Rendering, document, preset=ref_from(document["preset"]))


def ref_from(document: Document) -> PresetRef:
    """A preset in one version."""
    return PresetRef(name(document["name"]), name(document["version"]))


def _variable(document: Document) -> Variable:
    return Variable(
        name=text(document["name"]),
        description=text(document.get("description", "")),
        required=yes_or_no(document["required"]),
        default=or_none(text, document.get("default")),
        choices=listed(document.get("choices", []), text),
        max_length=or_none(whole, document.get("maxLength")),
    )
