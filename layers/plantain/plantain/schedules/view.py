"""What the world sees of schedules and their runs."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from plantain.faults import InvalidRequest
from plantain.jobs.members import credits_of, members
from plantain.schedules.kept import Kept
from plantain.schedules.recurrence import Rate
from plantain.schedules.run import Run, moment_text
from plantain.schedules.words import SHOWN_RUNS
from plantain.spending.prices import prices
from plantain.times import iso

if TYPE_CHECKING:
    from plantain.schedules.answers import ScheduleRun, ScheduleState, ScheduleSummary
    from plantain.spending.answers import Cost


def schedule_summary(kept: Kept, now: dt.datetime) -> "ScheduleSummary":
    """A schedule in the list."""
    return {
        "name": kept.name,
        "keptBy": kept.kept_by,
        "enabled": kept.document.get("enabled", True),
        "timezone": kept.document.get("timezone", "UTC"),
        "nextRuns": _next_runs(kept, now),
    }


def schedule_view(kept: Kept, now: dt.datetime) -> "ScheduleState":
    """A schedule with all that it was given, in the words of the HTTP API."""
    given = kept.document
    return {
        **schedule_summary(kept, now),
        "cron": given.get("cron"),
        "rate": given.get("rate"),
        "at": given.get("at"),
        "start": given.get("start"),
        "end": given.get("end"),
        "flexibleMinutes": given.get("flexible_minutes", 0),
        "onMissed": given.get("on_missed", "skip"),
        "overlap": given.get("overlap", "skip"),
        "requests": [{_camel(name): value for name, value in wish.items()} for wish in given["requests"]],
    }


def run_view(run: Run) -> "ScheduleRun":
    """A run with its jobs."""
    jobs = members().jobs_of(run.key)
    return {
        "plannedAt": moment_text(run.planned),
        "begunAt": iso(run.begun_at),
        "state": run.state,
        "jobs": [{"taskId": job.task_id, "state": job.state, "charged": job.charged} for job in jobs],
        "problems": list(run.problems),
        "cost": _cost(credits_of(jobs)),
    }


def _next_runs(kept: Kept, now: dt.datetime) -> list[str]:
    try:
        schedule = kept.schedule()
    except InvalidRequest:
        return []
    # When the stack was deployed, and so from when on the template's rate counts, is not known here.
    unknown = kept.kept_by == "template" and isinstance(schedule.recurrence.when, Rate)
    if unknown or not schedule.enabled:
        return []
    runs = schedule.recurrence.next_runs(now, SHOWN_RUNS)
    return [run.astimezone(schedule.recurrence.zone).isoformat() for run in runs]


def _cost(credits: float | None) -> "Cost | None":
    return None if credits is None else prices().cost(credits)


def _camel(name: str) -> Any:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)
