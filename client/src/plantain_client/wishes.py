"""What a request for an image says, as the API takes it."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from plantain_client.exchange import Operation
from plantain_client.task import PresetRef
from plantain_client.uploading import handed_in


def wish_of(
    prompt: str | None,
    preset: str | PresetRef | None,
    filled: Mapping[str, Any],
    image_input: Sequence[str | PathLike[str]],
    max_cost: float | None,
    cache: bool,
) -> Operation[dict[str, Any]]:
    """The body; files among the images are uploaded. Raises ValueError unless there is a prompt or a preset."""
    if (prompt is None) == (preset is None):
        raise ValueError("Give a prompt or a preset, and not both.")
    body: dict[str, Any] = {"prompt": prompt} if preset is None else {"preset": str(preset)}
    body |= filled
    if image_input:
        body["imageInput"] = yield from handed_in(image_input)
    if max_cost is not None:
        body["maxCost"] = max_cost
    if cache:
        body["cache"] = True
    return body
