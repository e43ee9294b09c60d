"""What images would cost and have cost, for the blocking and the async client alike."""

import datetime as dt
from collections.abc import Sequence
from os import PathLike

from plantain_client.asking import ask
from plantain_client.exchange import Operation, Send
from plantain_client.money import Estimate, GroupBy, Usage
from plantain_client.preset import Variables
from plantain_client.presets import filling
from plantain_client.spending_documents import estimate_from, usage_from
from plantain_client.task import PresetRef
from plantain_client.wishes import wish_of


def estimate(
    prompt: str | None = None,
    *,
    preset: str | PresetRef | None = None,
    variables: Variables | None = None,
    style: str | None = None,
    mood: str | None = None,
    composition: str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    output_format: str | None = None,
    image_input: Sequence[str | PathLike[str]] = (),
    max_cost: float | None = None,
    cache: bool = False,
) -> Operation[Estimate]:
    """What `create_task` would ask for with the same arguments, and its price; nothing is asked for or paid.

    Files (`Path`) are uploaded all the same. Raises CostRefused above `max_cost`, and what `create_task` does.
    """
    filled = filling(variables, style, mood, composition, aspect_ratio, resolution, output_format)
    body = yield from wish_of(prompt, preset, filled, image_input, max_cost, cache)
    return (yield from ask(Send("POST", "/api/images/estimate", json=body), estimate_from)).said


def usage(
    first_day: dt.date | None = None, last_day: dt.date | None = None, group_by: GroupBy = "day"
) -> Operation[Usage]:
    """What was made and spent, by default this month (UTC): one's own, with an operator's API key everybody's.

    At most 366 days. Raises OperatorsOnly for `preset` and `schedule`, InvalidRequest, other ApiErrors.
    """
    days = {"from": first_day, "to": last_day}
    params = {name: day.isoformat() for name, day in days.items() if day} | {"groupBy": group_by}
    return (yield from ask(Send("GET", "/api/usage", params=params), usage_from)).said
