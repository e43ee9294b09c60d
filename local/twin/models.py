"""The models the twin offers: one row each, with Kie's limits and prices."""

from dataclasses import dataclass

RESOLUTIONS = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Pixels on the long edge."""

OUTPUT_FORMATS = ("png", "jpg")

PRO_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "auto")


@dataclass(frozen=True)
class Model:
    """`credits` by resolution; 1 credit is $0.005."""

    name: str
    prompt_limit: int
    image_limit: int
    ratios: tuple[str, ...]
    credits: dict[str, float]


MODELS = {
    model.name: model
    for model in (
        Model("nano-banana-pro", 10_000, 8, PRO_RATIOS, {"1K": 18.0, "2K": 18.0, "4K": 24.0}),
        Model(
            "nano-banana-2",
            20_000,
            14,
            (*PRO_RATIOS, "1:4", "4:1", "1:8", "8:1"),
            {"1K": 8.0, "2K": 12.0, "4K": 18.0},
        ),
    )
}
