"""What a plan would ask for and what that costs, as the HTTP API shows it."""

from typing import TYPE_CHECKING

from plantain.planning.plans import Plan
from plantain.spending.prices import prices

if TYPE_CHECKING:
    from plantain.planning.answers import Rendering, Resolved


def resolved(plan: Plan) -> "Resolved":
    """The request with its preset worked in, and its price. Raises Misconfigured."""
    request, brand = plan.request, plan.brand_images
    return {
        "model": request.model,
        "prompt": request.prompt,
        "aspectRatio": request.aspect_ratio,
        "resolution": request.resolution,
        "outputFormat": request.output_format,
        "imageInputs": {"own": len(request.image_input) - brand, "brand": brand},
        "price": prices().cost(prices().credits_of(request)),
    }


def rendering_of(plan: Plan) -> "Rendering":
    """The same of a plan of a preset, which it names in its version."""
    assert plan.preset is not None
    return {"preset": {"name": plan.preset.name, "version": plan.preset.version}, **resolved(plan)}
