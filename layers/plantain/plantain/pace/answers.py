"""What the HTTP API answers of a pause; openapi.yaml is made of this."""

from typing import Literal, TypedDict

from plantain.formats import Moment

PausedBy = Literal["operator", "kie-credits"]


class CreatesPaused(TypedDict):
    """Nothing new is sent to Kie.ai for now: jobs wait as `pending`, lose nothing and cost nothing."""

    by: PausedBy
    """`operator`: whoever runs Plantain. `kie-credits`: the balance at Kie.ai is used up."""
    reason: str
    """Why, in the operator's or Kie.ai's own words; may be empty."""
    since: Moment
    """Since when."""
