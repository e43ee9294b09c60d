"""What the HTTP API answers of what a wish comes to, field by field; openapi.yaml is made of this."""

from typing import TypedDict

from plantain.formats import Day
from plantain.jobs.answers import PresetVersion
from plantain.pace.answers import CreatesPaused
from plantain.spending.answers import BudgetLeft, Price


class ImageCount(TypedDict):
    """How many images are worked from."""

    own: int
    """Those of the request."""
    brand: int
    """Those that the preset adds."""


class Resolved(TypedDict):
    """What would be asked of Kie.ai, and its price."""

    model: str
    """The model that would be asked."""
    prompt: str
    """The whole prompt, as Kie.ai would get it."""
    aspectRatio: str
    """As it would be asked."""
    resolution: str
    """As it would be asked."""
    outputFormat: str
    """As it would be asked."""
    imageInputs: ImageCount
    """How many images it would work from."""
    price: Price
    """What it would cost."""


class Rendering(Resolved):
    """What a preset comes to, filled so. Nothing was reserved, sent or charged."""

    preset: PresetVersion
    """The preset in the version that was filled; from now on it can be asked for as `name@version`."""


class Estimate(Resolved):
    """What a request would come to. Nothing was reserved, sent or charged."""

    preset: PresetVersion | None
    """The preset in the version that would be filled, if one was named."""
    pricesAsOf: Day
    """The day whose prices these are."""
    budgets: list[BudgetLeft]
    """What is left of each budget that it would be paid from, the widest first; empty where there are none."""
    paused: CreatesPaused | None
    """Why it would not be sent for now; null where creates are sent."""
