"""Keeps schedules: what the table says, EventBridge Scheduler does.

Who finds the table changed after its own write, writes again: so both agree whoever was last.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from plantain.errors import KeptElsewhere
from plantain.faults import InvalidRequest
from plantain.job import now_ms
from plantain.schedules.records import Kept, schedules
from plantain.schedules.schedule import Schedule, schedule_of
from plantain.schedules.scheduler import scheduler
from plantain.schedules.template_schedule import TEMPLATE, template_schedule

# arm_skipped looks each day; the rest is for a day on which it could not.
HORIZON = dt.timedelta(days=3)
_LOOKS = 5
_WHEN = ("cron", "rate", "at", "timezone", "start", "end")


def find(name: str) -> Kept | None:
    """The schedule of this name, whoever keeps it."""
    return template_schedule() if name == TEMPLATE else schedules().get(name)


def everything() -> Iterator[Kept]:
    """Every schedule, the template's first."""
    if declared := template_schedule():
        yield declared
    yield from schedules().all()


def schedule_of_kept(kept: Kept) -> Schedule:
    """Its schedule. Raises InvalidRequest (of the template's alone: the others were checked)."""
    return schedule_of(kept.document, dt.datetime.fromtimestamp(kept.written_at / 1000, dt.UTC))


def keep(kept: Kept) -> Kept:
    """Write it and let it run; the same once more changes nothing. Raises KeptElsewhere and InvalidRequest."""
    if kept.name == TEMPLATE:
        raise KeptElsewhere(kept.name, "template")
    earlier = schedules().get(kept.name)
    if earlier and (earlier.keeper, timing_of(earlier)) == (kept.keeper, timing_of(kept)):
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
        schedule = schedule_of_kept(kept)
        now = dt.datetime.fromtimestamp(now_ms() / 1000, dt.UTC)
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
        scheduler().put_once(once, kept.name, timing_of(kept), moment)
    return len(skipped)


def timing_of(kept: Kept) -> str:
    """A short hash of when it runs: another one, another time."""
    when = {name: kept.document.get(name) for name in _WHEN}
    return hashlib.sha256(json.dumps(when, sort_keys=True).encode()).hexdigest()[:12]
