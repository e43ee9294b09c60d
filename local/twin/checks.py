"""Kie's own checks of a createTask body, in Kie's order: model, then fields."""

from dataclasses import dataclass
from typing import Any

from local.twin import wire
from local.twin.cues import in_prompt
from local.twin.exchange import Answer
from local.twin.models import MODELS, OUTPUT_FORMATS, RESOLUTIONS, Model


@dataclass(frozen=True)
class Wish:
    """A createTask body that passed; `input` is as it was sent."""

    model: Model
    input: dict[str, Any]
    call_back_url: str | None


def checked(body: dict[str, Any]) -> Wish | Answer:
    """The wish, or the refusal. A field text that nobody has recorded follows the form of the known ones."""
    name = body.get("model")
    model = MODELS.get(name) if isinstance(name, str) else None
    if model is None:
        return wire.refused(422, wire.MODEL_UNKNOWN)
    given = body.get("input")
    if mistyped := _mistyped_marker(given):
        return wire.refused(422, mistyped)
    text = _field_error(model, given) if isinstance(given, dict) else wire.REQUIRED
    url = body.get("callBackUrl")
    if text is None and url is not None and not (isinstance(url, str) and url.startswith(("http://", "https://"))):
        text = wire.not_in_range("callBackUrl")
    if text is not None or not isinstance(given, dict):
        return wire.refused(500, text or wire.REQUIRED)
    return Wish(model, given, url)


def _field_error(model: Model, given: dict[str, Any]) -> str | None:
    prompt = given.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        return wire.REQUIRED
    if len(prompt) > model.prompt_limit:
        return wire.TOO_LONG
    for field, options in (
        ("aspect_ratio", model.ratios),
        ("resolution", tuple(RESOLUTIONS)),
        ("output_format", OUTPUT_FORMATS),
    ):
        if given.get(field) is not None and given[field] not in options:
            return wire.not_in_range(field)
    images = given.get("image_input")
    if images is not None and not _image_list(images, model.image_limit):
        return wire.not_in_range("image_input")
    return None


def _mistyped_marker(given: object) -> str | None:
    """A marker of ours must be seen when it is wrong, not silently drawn; nothing of Kie.ai's is behind it."""
    prompt = given.get("prompt") if isinstance(given, dict) else None
    try:
        in_prompt(prompt if isinstance(prompt, str) else "")
    except ValueError as error:
        return f"[twin] {error}"
    return None


def _image_list(value: object, limit: int) -> bool:
    return isinstance(value, list) and len(value) <= limit and all(isinstance(url, str) and url for url in value)
