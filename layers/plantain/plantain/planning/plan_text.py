"""A plan as people read it: the picture, its price and its prompt."""

from plantain.inbox.keys import key_of
from plantain.planning.plans import Plan
from plantain.spending.prices import prices


def plan_text(what: str, plan: Plan, count: int) -> str:
    """What would be made of what asks for a trial, `count` times, and at what price."""
    request, preset = plan.request, plan.preset
    credits = prices().credits_of(request)
    usd = prices().usd(credits * count)
    lines = [
        f"This is what would be made from {what}. Nothing was made, and nothing was charged.",
        "",
        "The picture",
        *([f"- preset: {preset.name}, version {preset.version}"] if preset else []),
        f"- aspect_ratio: {request.aspect_ratio}",
        f"- resolution: {request.resolution}",
        f"- output_format: {request.output_format}",
        *(f"- works from: {key_of(reference)}" for reference in request.image_input),
        f"- how many: {count}",
        "",
        "The price",
        f"- {credits * count:g} credits, which is {usd:.2f} USD"
        + (f" ({count} times {credits:g} credits)" if count > 1 else ""),
        f"- by the prices of {prices().as_of}",
        "",
        "What to do",
        "- To have it made, take dry_run out of the file and drop it again.",
        "",
        "The prompt",
        request.prompt,
        "",
    ]
    return "\n".join(lines)
