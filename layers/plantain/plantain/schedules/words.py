"""What people are told of a schedule."""

import datetime as dt

from plantain.schedules.run import folder_of
from plantain.schedules.schedule import Schedule

SHOWN_RUNS = 5


def runs_on(schedule: Schedule, after: dt.datetime, count: int = SHOWN_RUNS) -> str:
    """Its next planned times, in its own zone, one a line: `Monday 2026-11-30 09:00 CET`."""
    zone = schedule.recurrence.zone
    planned = [run.astimezone(zone) for run in schedule.recurrence.next_runs(after, count)]
    return "\n".join(f"{run:%A %Y-%m-%d %H:%M} {run.tzname()}" for run in planned) or "no more times"


def text_in_force(name: str, schedule: Schedule, now: dt.datetime) -> str:
    """The whole text that a good file gets."""
    rests = "" if schedule.enabled else "\nIt rests: enabled is false, so nothing runs.\n"
    asks = f"{len(schedule.requests)} request{'s' if len(schedule.requests) > 1 else ''} each time"
    return (
        f"The schedule {name} is in force: {asks}.\n{rests}\n"
        f"Next, in {schedule.recurrence.zone.key}\n{_indented(runs_on(schedule, now))}\n\n"
        f"Images come to {folder_of(name)}/<date>/, the newest one to {folder_of(name)}/latest.<ext>.\n"
        f"Nothing was charged.\n"
    )


def _indented(text: str) -> str:
    return "\n".join(f"- {line}" for line in text.splitlines())
