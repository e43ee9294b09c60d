"""A run of a schedule: one planned time, what became of it, and how it, its jobs and its images are called."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

RunState = Literal["running", "done", "skipped-missed", "skipped-overlap", "skipped-budget"]

_RUN = "run#"


@dataclass(frozen=True, slots=True)
class Run:
    """One planned time of a schedule. `planned` is in UTC, `begun_at` in ms; `number` counts the runs from 0.

    While it is `running` (asking for its jobs) it keeps what its schedule said. `problems` are sentences; `caller`
    is who kept the schedule over HTTP.
    """

    name: str
    planned: dt.datetime
    state: RunState
    begun_at: int
    number: int = 0
    document: Mapping[str, Any] | None = None
    problems: tuple[str, ...] = ()
    caller: str | None = None

    @property
    def key(self) -> str:
        """Its key in the table, and the group of its jobs."""
        return run_key(self.name, self.planned)


@dataclass(frozen=True, slots=True)
class Turn:
    """How many runs there were, and the planned time of the last."""

    runs: int = 0
    last: dt.datetime | None = None


class RunInFlight(Exception):
    """Another delivery of the same schedule is being written at this moment: try again."""


def schedule_key(name: str) -> str:
    """The table key of a schedule, and the group of its runs."""
    return f"schedule#{name}"


def folder_of(name: str) -> str:
    """Where the images of a schedule lie; who asks for them, where nobody keeps it over HTTP."""
    return f"schedules/{name}"


def moment_text(moment: dt.datetime) -> str:
    """`2026-11-23T08:00:00Z`: in UTC, sorts as it passes."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def run_key(name: str, planned: dt.datetime) -> str:
    """The table key of a run, and the group of its jobs."""
    return f"{_RUN}{name}#{moment_text(planned)}"


def run_of(group: str) -> tuple[str, str] | None:
    """The schedule's name and the planned time, as text, of a group of jobs; None if no run asked for them."""
    name, _, planned = group.removeprefix(_RUN).partition("#")
    return (name, planned) if group.startswith(_RUN) else None


def member_of(request: int, copy: int) -> str:
    """The place of a job in its run: of which request, and of its `count` images which; both from 1."""
    return f"{request:02}-{copy:02}"


def request_of_first(member: str) -> int | None:
    """Of which request this job is the first; None if it is not."""
    request, _, copy = member.partition("-")
    return int(request) if copy == "01" else None
