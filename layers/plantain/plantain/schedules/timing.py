"""When a schedule runs, as people write it: `cron`, `rate` or `at`, in a zone, between a start and an end."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

from plantain.faults import Fault, InvalidRequest
from plantain.schedules.cron import Cron, cron_of
from plantain.schedules.cron_field import BadExpression
from plantain.schedules.moments import moment_of, zone_of
from plantain.schedules.recurrence import Rate, Recurrence, rate_of

WHEN = ("cron", "rate", "at")

# TOML has kinds of its own for it, JSON has text.
Moment = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})]


class Timing(BaseModel):
    """The fields of a schedule that say when it runs."""

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


def recurrence_of(asked: Timing, written: dt.datetime) -> Recurrence:
    """The times; a rate counts from `written` on, or from its start. Raises InvalidRequest."""
    faults: list[Fault] = []

    def read[Value](field: str, reading: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return reading()
        except BadExpression as bad:
            faults.append(Fault(f"/{field}", str(bad)))
            return otherwise

    given = [name for name in WHEN if getattr(asked, name) is not None]
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


def _when(asked: Timing, zone: ZoneInfo) -> Cron | Rate | dt.datetime:
    if asked.cron is not None:
        return cron_of(asked.cron)
    return moment_of(asked.at, zone) if asked.rate is None else rate_of(asked.rate)
