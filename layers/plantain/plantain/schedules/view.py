"""What the world sees of schedules and their runs."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from plantain.errors import KeptElsewhere, ScheduleNotFound
from plantain.faults import InvalidRequest
from plantain.jobs.members import credits_of, members
from plantain.schedules.keeping import find, schedule_of_kept
from plantain.schedules.records import Kept
from plantain.schedules.recurrence import Rate
from plantain.schedules.run import Run
from plantain.schedules.run_id import run_key
from plantain.schedules.schedule import SCHEDULE_NAME
from plantain.schedules.words import SHOWN_RUNS
from plantain.spending.prices import prices
from plantain.times import iso

if TYPE_CHECKING:
    from plantain.schedules.answers import ScheduleRun, ScheduleState, ScheduleSummary
    from plantain.spending.answers import Cost


def is_seen_by(kept: Kept, caller: str) -> bool:
    """The owner's schedules are everybody's to see, those kept over HTTP their keeper's."""
    return kept.kept_by != "http" or kept.caller == caller


def seen(name: str, caller: str) -> Kept:
    """The schedule, if this caller may see it. Raises ScheduleNotFound."""
    kept = find(name) if SCHEDULE_NAME.fullmatch(name) else None
    if kept is None or not is_seen_by(kept, caller):
        raise ScheduleNotFound
    return kept


def to_be_changed(name: str, caller: str) -> Kept:
    """The schedule, if this caller keeps it. Raises ScheduleNotFound and KeptElsewhere."""
    kept = find(name) if SCHEDULE_NAME.fullmatch(name) else None
    if kept is None:
        raise ScheduleNotFound
    if kept.caller != caller:
        raise KeptElsewhere(name, kept.kept_by)
    return kept


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
    jobs = members().jobs_of(run_key(run.name, dt.datetime.fromisoformat(run.planned)))
    return {
        "plannedAt": run.planned,
        "begunAt": iso(run.begun_at),
        "state": run.state,
        "jobs": [{"taskId": job.task_id, "state": job.state, "charged": job.charged} for job in jobs],
        "problems": list(run.problems),
        "cost": _cost(credits_of(jobs)),
    }


def _next_runs(kept: Kept, now: dt.datetime) -> list[str]:
    try:
        schedule = schedule_of_kept(kept)
    except InvalidRequest:
        return []
    # When the stack was deployed, and so from when on the template's rate counts, is not known here.
    unknown = kept.kept_by == "template" and isinstance(schedule.recurrence.when, Rate)
    if unknown or not schedule.enabled:
        return []
    runs = schedule.recurrence.next_runs(now, SHOWN_RUNS)
    return [run.astimezone(schedule.recurrence.zone).isoformat() for run in runs]


def _cost(credits: float | None) -> "Cost | None":
    return None if credits is None else {"credits": credits, "usd": prices().usd(credits)}


def _camel(name: str) -> Any:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)
