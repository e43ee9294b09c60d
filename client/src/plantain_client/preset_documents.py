"""Reads the JSON documents of presets. Each raises KeyError, TypeError or ValueError where it is another one."""

from __future__ import annotations

from plantain_client.fields import listed, name, number, or_none, text, whole, yes_or_no
from plantain_client.preset import Preset, Rendering, Variable
from plantain_client.task import Cost, Document, PresetRef


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
    images = document["imageInputs"]
    return Rendering(
        preset=ref_from(document["preset"]),
        model=text(document["model"]),
        prompt=text(document["prompt"]),
        aspect_ratio=text(document["aspectRatio"]),
        resolution=text(document["resolution"]),
        output_format=text(document["outputFormat"]),
        own_images=whole(images["own"]),
        brand_images=whole(images["brand"]),
        price=cost_from(document["price"]),
        document=document,
    )


def ref_from(document: Document) -> PresetRef:
    """A preset in one version."""
    return PresetRef(name(document["name"]), name(document["version"]))


def cost_from(document: Document) -> Cost:
    """Credits and dollars."""
    return Cost(number(document["credits"]), number(document["usd"]))


def _variable(document: Document) -> Variable:
    return Variable(
        name=text(document["name"]),
        description=text(document.get("description", "")),
        required=yes_or_no(document["required"]),
        default=or_none(text, document.get("default")),
        choices=listed(document.get("choices", []), text),
        max_length=or_none(whole, document.get("maxLength")),
    )
