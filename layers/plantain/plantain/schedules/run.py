"""A run of a schedule: one planned time, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

RunState = Literal["running", "done", "skipped-missed", "skipped-overlap", "skipped-budget"]


@dataclass(frozen=True, slots=True)
class Run:
    """One planned time of a schedule. `planned` is UTC text, `begun_at` ms; `number` counts the runs from 0.

    While it is `running` (asking for its jobs) it keeps what its schedule said. `problems` are sentences; `caller`
    is who kept the schedule over HTTP.
    """

    name: str
    planned: str
    state: RunState
    begun_at: int
    number: int = 0
    document: Mapping[str, Any] | None = None
    problems: tuple[str, ...] = ()
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """How many runs there were, and the planned time of the last, as UTC text."""

    runs: int = 0
    last: str | None = None


class RunInFlight(Exception):
    """Another delivery of the same schedule is being written at this moment: try again."""
