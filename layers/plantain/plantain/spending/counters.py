"""What money is counted by: the stack, callers, presets and schedules, each in a UTC day and a UTC month."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from plantain.job import Job

Scope = Literal["stack", "caller", "preset", "schedule"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
STACK = "all"  # the one name in the scope of the stack

_DAY_LENGTH = len("2026-11-23")


@dataclass(frozen=True, slots=True)
class Counter:
    """One sum. `period` is a day (`2026-11-23`) or a month (`2026-11`), in UTC."""

    scope: Scope
    name: str
    period: str

    @property
    def key(self) -> str:
        """Its key in the jobs table."""
        return f"usage#{self.scope}#{self.name}#{self.period}"

    @property
    def span(self) -> Literal["day", "month"]:
        """How long it counts before the next begins at zero."""
        return "day" if len(self.period) == _DAY_LENGTH else "month"

    @property
    def resets_at(self) -> dt.datetime:
        """When the next one begins."""
        if self.span == "day":
            return _midnight(self.period) + dt.timedelta(days=1)
        return (_midnight(f"{self.period}-01") + dt.timedelta(days=31)).replace(day=1)


def utc_day(ms: int) -> str:
    """The day of a time in ms since the epoch: `2026-11-23`."""
    return f"{dt.datetime.fromtimestamp(ms / 1000, dt.UTC):%Y-%m-%d}"


def counters_of(job: Job, day: str) -> tuple[Counter, ...]:
    """Every sum that a create of this job on this day is part of, the widest first."""
    names: dict[Scope, str | None] = {
        "stack": STACK,
        "caller": job.caller,
        "preset": job.preset.name if job.preset else None,
        "schedule": job.schedule,
    }
    return tuple(
        Counter(scope, name, period)
        for scope, name in names.items()
        if name is not None
        for period in (day, day[: len("2026-11")])
    )


def _midnight(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
