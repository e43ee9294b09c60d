"""Keeps schedules: what the table says, EventBridge Scheduler does.

Who finds the table changed after its own write, writes again: so both agree whoever was last.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from plantain.faults import InvalidRequest
from plantain.job import now_ms
from plantain.refusals import KeptElsewhere, ScheduleNotFound
from plantain.schedules.kept import Kept
from plantain.schedules.records import schedules
from plantain.schedules.schedule import SCHEDULE_NAME, Schedule
from plantain.schedules.scheduler import scheduler
from plantain.schedules.template_schedule import TEMPLATE, template_schedule
from plantain.times import utc

# arm_skipped looks each day; the rest is for a day on which it could not.
HORIZON = dt.timedelta(days=3)
_LOOKS = 5


def find(name: str) -> Kept | None:
    """The schedule of this name, whoever keeps it."""
    return template_schedule() if name == TEMPLATE else schedules().get(name)


def everything() -> Iterator[Kept]:
    """Every schedule, the template's first."""
    if declared := template_schedule():
        yield declared
    yield from schedules().all()


def seen(name: str, caller: str) -> Kept:
    """The schedule, if this caller may see it. Raises ScheduleNotFound."""
    kept = _named(name)
    if not kept.is_seen_by(caller):
        raise ScheduleNotFound
    return kept


def to_be_changed(name: str, caller: str) -> Kept:
    """The schedule, if this caller keeps it. Raises ScheduleNotFound and KeptElsewhere."""
    kept = _named(name)
    if kept.caller != caller:
        raise KeptElsewhere(name, kept.kept_by)
    return kept


def _named(name: str) -> Kept:
    kept = find(name) if SCHEDULE_NAME.fullmatch(name) else None
    if kept is None:
        raise ScheduleNotFound
    return kept


def keep(kept: Kept) -> Kept:
    """Write it and let it run; the same once more changes nothing. Raises KeptElsewhere and InvalidRequest."""
    if kept.name == TEMPLATE:
        raise KeptElsewhere(kept.name, "template")
    earlier = schedules().get(kept.name)
    if earlier and (earlier.keeper, earlier.timing) == (kept.keeper, kept.timing):
        kept = replace(kept, written_at=earlier.written_at)  # a rate goes on counting from where it began
    schedules().put(kept)
    try:
        _let_run(kept)
    except InvalidRequest:  # by AWS alone: what was there before goes on
        schedules().put(earlier) if earlier else schedules().delete(kept.name, kept.keeper)
        raise
    return kept


def _let_run(kept: Kept) -> None:
    for _ in range(_LOOKS):
        schedule = kept.schedule()
        now = utc(now_ms())
        scheduler().put(kept.name, schedule, now)
        arm_skipped(kept, schedule, now)
        found = schedules().get(kept.name)
        if found is None or found == kept:  # of one that is gone no call runs
            return
        kept = found
    raise TimeoutError("The schedule changes all the time.")


def drop(name: str, keeper: str) -> None:
    """It runs no more, and is forgotten; its runs stay. Raises KeptElsewhere."""
    if name == TEMPLATE:
        raise KeptElsewhere(name, "template")
    kept = schedules().get(name)
    if kept and kept.keeper != keeper:
        raise KeptElsewhere(name, kept.kept_by)
    scheduler().delete(name)  # first: what is still in the table is asked for again by whoever tries again
    schedules().delete(name, keeper)


def arm_skipped(kept: Kept, schedule: Schedule, now: dt.datetime) -> int:
    """Plan the runs of the next days whose local time the clock skips, as no cron of AWS's finds them.

    Returns how many. One that is planned and then is no time of the schedule any more is not run (running.py).
    """
    skipped = schedule.recurrence.skipped(now, now + HORIZON) if schedule.enabled else []
    for moment in skipped:
        once = f"{kept.name}.{moment:%H%M}"
        scheduler().put_once(once, kept.name, kept.timing, moment)
    return len(skipped)
