"""What would be asked of Kie.ai, and its price: what an estimate and a rendered preset have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from plantain_client.fields import number, text, whole
from plantain_client.task import Cost, Document

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The whole prompt, the settings, how many images it works from, and what it would cost."""

    model: str
    prompt: str
    aspect_ratio: str
    resolution: str
    output_format: str
    own_images: int
    brand_images: int
    price: Cost
    document: Document = field(repr=False, compare=False)


def resolved_from(kind: Callable[..., T], document: Document, **more: Any) -> T:
    """A Resolved of this kind, with what it has more; raises as documents.py does."""
    images = document["imageInputs"]
    return kind(
        model=text(document["model"]),
        prompt=text(document["prompt"]),
        aspect_ratio=text(document["aspectRatio"]),
        resolution=text(document["resolution"]),
        output_format=text(document["outputFormat"]),
        own_images=whole(images["own"]),
        brand_images=whole(images["brand"]),
        price=cost_from(document["price"]),
        document=document,
        **more,
    )


def cost_from(document: Document) -> Cost:
    """Credits and dollars."""
    return Cost(number(document["credits"]), number(document["usd"]))
