"""What a wish comes to: its preset worked in and its inputs looked at. The last look before a job is reserved."""

from dataclasses import dataclass

from plantain.dns import Dns
from plantain.faults import Fault, InvalidRequest
from plantain.input_images import usable_inputs
from plantain.job import PresetRef, Request
from plantain.request import Terms
from plantain.wish import PresetWish, Wish


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be asked of Kie.ai, and the preset it was made from."""

    request: Request
    preset: PresetRef | None = None


def plan_of(wish: Wish, terms: Terms, dns: Dns) -> Plan:
    """Raises InvalidRequest or PromptMissing; nothing is reserved, sent or charged."""
    if isinstance(wish, PresetWish):
        raise InvalidRequest(Fault("/preset", f"there is no preset {wish.name}"))
    return Plan(usable_inputs(wish, terms.trusted_origins, dns))
