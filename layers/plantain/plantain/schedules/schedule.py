"""A schedule as people write it: when it runs, and what it asks for each time."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import PydanticCustomError

from plantain.faults import Fault, InvalidRequest
from plantain.schedules.recurrence import Recurrence
from plantain.schedules.timing import Timing, recurrence_of
from plantain.validation import Whole, checked

# EventBridge takes 64 letters; five are for the time of a skipped run (schedules/scheduler.py).
SCHEDULE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")
MAX_REQUESTS = 20
MAX_BYTES = 64 * 1024  # of a file; a run keeps what its schedule said
DAY_MINUTES = 24 * 60  # the widest window that EventBridge knows

TOO_DEEP = Fault("", "is nested too deeply")

OnMissed = Literal["skip", "run_once"]
Overlap = Literal["skip", "run"]


def _some(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(requests) <= MAX_REQUESTS:
        raise PydanticCustomError("some", "must hold 1 to {limit} requests", {"limit": MAX_REQUESTS})
    return requests


class ScheduleRequest(Timing):
    """What runs when. Exactly one of `cron`, `rate` and `at` is given."""

    enabled: Annotated[bool, Field(strict=True)] = True
    """False keeps it and lets it rest."""
    flexible_minutes: Annotated[int, Field(strict=True, ge=0, le=DAY_MINUTES), Whole] = 0
    """How much later than planned a run may begin."""
    on_missed: OnMissed = "skip"
    """What becomes of runs that are delivered more than a quarter of an hour late, after an outage: none is run,
    or one for all of them."""
    overlap: Overlap = "skip"
    """What becomes of a run while the one before still has unfinished images; what is older than 8
    days holds nothing up."""
    requests: Annotated[list[dict[str, Any]], AfterValidator(_some)]
    """What to draw each time: wishes as `generateImage` takes them, with `count`, `$date`, `$week`, `$month` and
    `rotate` lists that move on with every run."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A checked schedule. `document` is what was written, in the words of a file and fit for JSON."""

    recurrence: Recurrence
    document: Mapping[str, Any]
    enabled: bool
    flexible_minutes: int
    on_missed: OnMissed
    overlap: Overlap
    requests: tuple[Mapping[str, Any], ...]


def schedule_of(document: Mapping[str, Any], written: dt.datetime) -> Schedule:
    """The schedule, its times checked and its requests not. A rate counts from `written` on, or from its start.

    Raises InvalidRequest, its pointers in the words of a file.
    """
    try:
        document = _plain(document)
        asked = checked(ScheduleRequest, {to_camel(name): value for name, value in document.items()})
    except RecursionError:
        raise InvalidRequest(TOO_DEEP) from None
    except InvalidRequest as invalid:
        raise InvalidRequest(*(Fault(to_snake(f.pointer), f.detail) for f in invalid.faults)) from None
    requests = tuple(map(in_words_of_a_file, asked.requests))
    kept = in_words_of_a_file(document) | {"requests": list(requests)}
    return Schedule(
        recurrence=recurrence_of(asked, written),
        document=kept,
        enabled=asked.enabled,
        flexible_minutes=asked.flexible_minutes,
        on_missed=asked.on_missed,
        overlap=asked.overlap,
        requests=requests,
    )


def in_words_of_a_file(wish: Mapping[str, Any]) -> dict[str, Any]:
    """The same table; its own fields, and none further down, are named with underscores."""
    return {to_snake(name): part for name, part in wish.items()}


def _plain(value: Any) -> Any:
    """Fit for JSON: TOML knows dates and times."""
    match value:
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            return {name: _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case float() if not math.isfinite(value):
            return str(value)
        case _:
            return value
