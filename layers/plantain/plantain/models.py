"""The Kie.ai models Plantain can ask, one row each: what they accept and what they cost.

Limits and prices are Kie.ai's published ones, mid-2026. Prices are credits for one image.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

USD_PER_CREDIT = 0.005
PRICES_AS_OF = "2026-07"

_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "auto")


@dataclass(frozen=True, slots=True)
class Model:
    """What one model accepts. Lengths are characters; `credits` is per image, by resolution."""

    name: str
    prompt_length: int
    image_inputs: int
    aspect_ratios: tuple[str, ...]
    resolutions: tuple[str, ...]
    output_formats: tuple[str, ...]
    credits: Mapping[str, float]

    def usd(self, resolution: str) -> float:
        """The price of one image in USD."""
        return self.credits[resolution] * USD_PER_CREDIT


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
                credits=MappingProxyType({"1K": 18.0, "2K": 18.0, "4K": 24.0}),
            ),
            Model(
                name="nano-banana-2",
                prompt_length=20_000,
                image_inputs=14,
                aspect_ratios=(*_RATIOS[:-1], "1:4", "4:1", "1:8", "8:1", "auto"),
                resolutions=("1K", "2K", "4K"),
                output_formats=("png", "jpg"),
                credits=MappingProxyType({"1K": 8.0, "2K": 12.0, "4K": 18.0}),
            ),
        )
    }
)
