"""The Kie.ai models Plantain can ask, one row each: what they accept, by what Kie.ai has published in mid-2026."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "auto")


@dataclass(frozen=True, slots=True)
class Model:
    """What one model accepts. Lengths are characters."""

    name: str
    prompt_length: int
    image_inputs: int
    aspect_ratios: tuple[str, ...]
    resolutions: tuple[str, ...]
    output_formats: tuple[str, ...]


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.name: model
        for model in (
            Model(
                name="nano-banana-pro",
                prompt_length=10_000,
                image_inputs=8,
                aspect_ratios=_RATIOS,
                resolutions=("1K", "2K", "4K"),
                output_formats=("png", "jpg"),
            ),
            Model(
                name="nano-banana-2",
                prompt_length=20_000,
                image_inputs=14,
                aspect_ratios=(*_RATIOS[:-1], "1:4", "4:1", "1:8", "8:1", "auto"),
                resolutions=("1K", "2K", "4K"),
                output_formats=("png", "jpg"),
            ),
        )
    }
)


def configured_model() -> Model:
    """The model that this installation asks."""
    return MODELS[os.environ["KIE_MODEL"]]
