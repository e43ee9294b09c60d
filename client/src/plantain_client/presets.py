"""What one can ask of Plantain about presets, for the blocking and the async client alike."""

from collections.abc import Sequence
from os import PathLike
from typing import Any
from urllib.parse import quote

from plantain_client.asking import ask
from plantain_client.exchange import Operation, Send
from plantain_client.preset import Preset, Rendering, Variables
from plantain_client.preset_documents import preset_from, presets_from, rendering_from
from plantain_client.task import PresetRef
from plantain_client.uploading import handed_in


def list_presets() -> Operation[tuple[Preset, ...]]:
    """The presets there are, by name: those that came with Plantain and the owner's own, broken or not."""
    return (yield from ask(Send("GET", "/api/presets"), presets_from)).said


def get_preset(preset: str | PresetRef) -> Operation[Preset]:
    """A preset with its prompt, by its name or `name@version`. Raises PresetNotFound."""
    return (yield from ask(Send("GET", _path(preset)), preset_from)).said


def render_preset(
    preset: str | PresetRef,
    *,
    variables: Variables | None = None,
    style: str | None = None,
    mood: str | None = None,
    composition: str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    output_format: str | None = None,
    image_input: Sequence[str | PathLike[str]] = (),
) -> Operation[Rendering]:
    """What a preset comes to, filled so: a dry run that costs nothing. Files (`Path`) are uploaded all the same.

    Raises PresetNotFound, InvalidRequest (which names the variable or field), other ApiErrors.
    """
    body = filling(variables, style, mood, composition, aspect_ratio, resolution, output_format)
    if image_input:
        body["imageInput"] = yield from handed_in(image_input)
    send = Send("POST", f"{_path(preset)}/render", json=body)
    return (yield from ask(send, rendering_from)).said


def filling(
    variables: Variables | None,
    style: str | None,
    mood: str | None,
    composition: str | None,
    aspect_ratio: str | None,
    resolution: str | None,
    output_format: str | None,
) -> dict[str, Any]:
    """What was chosen of them, as a body has it."""
    chosen = {
        "variables": dict(variables) if variables else None,
        "style": style,
        "mood": mood,
        "composition": composition,
        "aspectRatio": aspect_ratio,
        "resolution": resolution,
        "outputFormat": output_format,
    }
    return {name: value for name, value in chosen.items() if value is not None}


def _path(preset: str | PresetRef) -> str:
    return f"/api/presets/{quote(str(preset), safe='@')}"
