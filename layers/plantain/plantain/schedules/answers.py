"""What the HTTP API answers of schedules and their runs, field by field; openapi.yaml is made of this."""

from typing import Any, TypedDict

from plantain.formats import Moment, Uuid
from plantain.job import State
from plantain.schedules.kept import KeptBy
from plantain.schedules.run import RunState
from plantain.schedules.schedule import OnMissed, Overlap
from plantain.spending.answers import Cost
from plantain.task import Charged


class ScheduleSummary(TypedDict):
    """A schedule in the list."""

    name: str
    """Its name."""
    keptBy: KeptBy
    """Where it is changed: by a `file` in the inbox, over `http` by you, or in the stack's `template`."""
    enabled: bool
    """False while it rests."""
    timezone: str
    """The zone of its times."""
    nextRuns: list[Moment]
    """The next five planned times, with the offset of the zone; empty while it rests, or where nobody knows."""


class ScheduleState(ScheduleSummary):
    """A schedule, with what it was given; what was left out is as if it had been given so."""

    cron: str | None
    """As given."""
    rate: str | None
    """As given."""
    at: str | None
    """As given."""
    start: str | None
    """As given."""
    end: str | None
    """As given."""
    flexibleMinutes: int
    """As given."""
    onMissed: OnMissed
    """As given."""
    overlap: Overlap
    """As given."""
    requests: list[dict[str, Any]]
    """As given."""


class ScheduleList(TypedDict):
    """Every schedule that concerns you, by name."""

    schedules: list[ScheduleSummary]
    """The owner's, and your own."""


class RunJob(TypedDict):
    """One job of a run."""

    taskId: Uuid
    """Its task; you may look at those of your own schedules."""
    state: State
    """As in the status."""
    charged: Charged
    """As in the status."""


class ScheduleRun(TypedDict):
    """One planned time, and what came of it."""

    plannedAt: Moment
    """When it was to begin."""
    begunAt: Moment
    """When it began, or was passed over."""
    state: RunState
    """`running`: it is asking for its jobs. `done`: it has asked. `skipped-missed`: it was delivered too late.
    `skipped-overlap`: the run before was still under way;
    `skipped-budget`: a budget had no room for all of it, `problems` say which."""
    jobs: list[RunJob]
    """What it has asked for, in the order of the requests; a job may show a moment late."""
    problems: list[str]
    """Why some request asked for nothing."""
    cost: Cost | None
    """What its jobs have cost so far, as far as Kie.ai has told."""


class RunPage(TypedDict):
    """A page of runs, the latest planned time first."""

    runs: list[ScheduleRun]
    """Each with its jobs."""
    cursor: str | None
    """Pass it back for the next page; null when there is none."""
