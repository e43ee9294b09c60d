"""A schedule as people write it: when it runs, and what it asks for each time."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import PydanticCustomError

from plantain.faults import Fault, InvalidRequest
from plantain.schedules.cron import BadExpression, cron_of
from plantain.schedules.filling import filled, turns_of
from plantain.schedules.moments import moment_of, zone_of
from plantain.schedules.recurrence import Recurrence, bare_cron, rate_of
from plantain.validation import MAX_FAULTS, Whole, checked
from plantain.wishes.file_wish import check_file_wish
from plantain.wishes.terms import Terms

# EventBridge takes 64 letters; five are for the time of a skipped run (schedules/scheduler.py).
SCHEDULE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")
MAX_REQUESTS = 20
MAX_BYTES = 64 * 1024  # of a file; a run keeps what its schedule said
DAY_MINUTES = 24 * 60  # the widest window that EventBridge knows

TOO_DEEP = Fault("", "is nested too deeply")

OnMissed = Literal["skip", "run_once"]
Overlap = Literal["skip", "run"]
_WHEN = ("cron", "rate", "at")


def _some(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(requests) <= MAX_REQUESTS:
        raise PydanticCustomError("some", "must hold 1 to {limit} requests", {"limit": MAX_REQUESTS})
    return requests


# TOML has kinds of its own for it, JSON has text.
Moment = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})]


class ScheduleRequest(BaseModel):
    """What runs when. Exactly one of `cron`, `rate` and `at` is given."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    cron: str | None = None
    """AWS's six fields: minute hour day-of-month month day-of-week year, as in `0 9 ? * MON *`."""
    rate: str | None = None
    """A number and minutes, hours or days of 24 hours, as in `3 days`."""
    at: Moment = None
    """One moment: a date and time, in the zone if it has no offset."""
    timezone: str = "UTC"
    """The IANA name of the zone, as in `Europe/Berlin`. A local time that summer time skips runs once all the
    same, one that comes twice runs once."""
    start: Moment = None
    """Nothing runs before: a date, or a date and time."""
    end: Moment = None
    """Nothing runs from then on: a date and time, or a date, which is still run on."""
    enabled: Annotated[bool, Field(strict=True)] = True
    """False keeps it and lets it rest."""
    flexible_minutes: Annotated[int, Field(strict=True, ge=0, le=DAY_MINUTES), Whole] = 0
    """How much later than planned a run may begin."""
    on_missed: OnMissed = "skip"
    """What becomes of runs that are delivered more than a quarter of an hour late, after an outage: none is run,
    or one for all of them."""
    overlap: Overlap = "skip"
    """What becomes of a run while the one before still has unfinished images; what is older than a day holds
    nothing up."""
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

    @property
    def cron_fields(self) -> str:
        """The six fields of a cron."""
        return bare_cron(self.document["cron"])


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
    requests = tuple(map(_in_words_of_a_file, asked.requests))
    kept = _in_words_of_a_file(document) | {"requests": list(requests)}
    return Schedule(
        recurrence=_recurrence(asked, written),
        document=kept,
        enabled=asked.enabled,
        flexible_minutes=asked.flexible_minutes,
        on_missed=asked.on_missed,
        overlap=asked.overlap,
        requests=requests,
    )


def check_schedule(document: Mapping[str, Any], terms: Terms, now: dt.datetime) -> Schedule:
    """The checked schedule, each request as every one of its turns makes it. Raises InvalidRequest."""
    try:
        schedule = schedule_of(document, now)
    except InvalidRequest as invalid:
        given = document.get("requests")
        wishes = [wish for wish in given if isinstance(wish, Mapping)] if isinstance(given, list) else []
        small = len(wishes) <= MAX_REQUESTS and TOO_DEEP not in invalid.faults
        faults = [*invalid.faults, *(_faults_of_requests(wishes, terms, now) if small else [])]
        raise InvalidRequest(*faults[:MAX_FAULTS]) from None
    if faults := _faults_of_requests(schedule.requests, terms, now.astimezone(schedule.recurrence.zone)):
        raise InvalidRequest(*faults[:MAX_FAULTS])
    if not schedule.recurrence.next_runs(now, 1):
        raise InvalidRequest(
            Fault(f"/{_when_of(document)}", "would never run: its times have passed, or lie outside start and end")
        )
    return schedule


def _faults_of_requests(wishes: Sequence[Mapping[str, Any]], terms: Terms, local: dt.datetime) -> list[Fault]:
    faults: dict[tuple[str, str], Fault] = {}
    for at, wish in enumerate(map(_in_words_of_a_file, wishes)):
        for number in range(turns_of(wish)):
            try:
                check_file_wish(filled(wish, local, number), terms)
            except InvalidRequest as invalid:
                found = (Fault(f"/requests/{at}{f.pointer}", f.detail) for f in invalid.faults)
                faults |= {(f.pointer, f.detail): f for f in found}
    return list(faults.values())


def _in_words_of_a_file(wish: Mapping[str, Any]) -> dict[str, Any]:
    return {to_snake(name): part for name, part in wish.items()}


def _recurrence(asked: ScheduleRequest, written: dt.datetime) -> Recurrence:
    faults: list[Fault] = []

    def read[Value](field: str, reading: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return reading()
        except BadExpression as bad:
            faults.append(Fault(f"/{field}", str(bad)))
            return otherwise

    given = [name for name in _WHEN if getattr(asked, name) is not None]
    if len(given) != 1:
        faults.append(Fault("", "needs exactly one of cron, rate and at"))
    zone = read("timezone", lambda: zone_of(asked.timezone), ZoneInfo("UTC"))
    start = read("start", lambda: None if asked.start is None else moment_of(asked.start, zone), None)
    end = read("end", lambda: None if asked.end is None else moment_of(asked.end, zone, end_of_day=True), None)
    when = read(given[0], lambda: _when(asked, zone), None) if len(given) == 1 else None
    if faults or when is None:
        raise InvalidRequest(*faults)
    # Whole seconds, as AWS counts them.
    anchor = max(start or written, written).replace(microsecond=0)
    return Recurrence(when, zone, anchor, start, end)


def _when(asked: ScheduleRequest, zone: ZoneInfo) -> Any:
    if asked.cron is not None:
        return cron_of(bare_cron(asked.cron))
    return moment_of(asked.at, zone) if asked.rate is None else rate_of(asked.rate)


def _when_of(document: Mapping[str, Any]) -> str:
    return next(name for name in _WHEN if document.get(name) is not None)


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
