"""Lets a schedule run: once for each planned time, however often it is delivered."""

import datetime as dt
from typing import Literal

from plantain.errors import OverBudget
from plantain.faults import InvalidRequest
from plantain.job import Job, now_ms
from plantain.jobs.intake import take_in
from plantain.jobs.members import members
from plantain.schedules.keeping import find
from plantain.schedules.kept import Kept
from plantain.schedules.run import Run, RunState
from plantain.schedules.run_jobs import jobs_of_request
from plantain.schedules.run_reports import report_unasked
from plantain.schedules.runs import runs
from plantain.schedules.schedule import Schedule, schedule_of
from plantain.spending.ledger import ledger

# A run that is delivered later than this, and than its window, was missed. AWS delivers within a minute.
GRACE = dt.timedelta(minutes=15)
# No execution lives longer than a week (generate_image.asl.yaml), most of it in line or in a pause, and the
# sweeper ends what is left: what has not ended by then must not hold up the schedule for good.
LONGEST = dt.timedelta(days=8)
NOT_RUN: Literal["not-run"] = "not-run"


def run_schedule(name: str, moment: dt.datetime, now: dt.datetime, timing: str | None = None) -> RunState | str:
    """The state of the run that was to begin at this moment, NOT_RUN where the schedule knows of none.

    What breaks in between is finished by the next call. With `timing`, only if the schedule still says so.
    """
    kept = find(name)
    if kept is None or (timing and timing != kept.timing):
        return NOT_RUN
    schedule = kept.schedule()
    planned = schedule.recurrence.planned(moment)
    run = runs().find(name, planned)
    if run is None:
        if not schedule.enabled:
            return NOT_RUN
        run = _begun(kept, schedule, planned, now)
    if run.caller != kept.caller:
        return NOT_RUN  # that of an earlier keeper of this name
    if run.state == "running":
        return _ask(kept, run)
    return run.state


def _begun(kept: Kept, schedule: Schedule, planned: dt.datetime, now: dt.datetime) -> Run:
    turn = runs().turn(kept.name)
    before = runs().find(kept.name, turn.last) if turn.last else None
    late = now - planned > GRACE + dt.timedelta(minutes=schedule.flexible_minutes)
    # One run makes up for all that were missed before it.
    made_up = before is not None and before.begun_at >= planned.timestamp() * 1000
    if late and (made_up or schedule.on_missed == "skip"):
        return runs().skip(kept.name, planned, "skipped-missed", kept.caller)
    if schedule.overlap == "skip" and before and _is_under_way(before):
        return runs().skip(kept.name, planned, "skipped-overlap", kept.caller)
    return runs().begin(kept.name, planned, schedule.document, turn, kept.caller)


def _is_under_way(run: Run) -> bool:
    if now_ms() - run.begun_at > LONGEST.total_seconds() * 1000:
        return False
    jobs = members().jobs_of(run.key)
    return run.state == "running" or not all(job.is_final for job in jobs)


def _ask(kept: Kept, run: Run) -> RunState:
    assert run.document is not None
    schedule = schedule_of(run.document, run.planned)
    # A dead letter may be sent again when the claims of its jobs have expired.
    asked: set[str | None] = {job.member for job in members().jobs_of(run.key)}
    problems: list[str] = []
    wanted: list[tuple[str, Job]] = []
    for number in range(1, len(schedule.requests) + 1):
        try:
            wanted += jobs_of_request(kept, schedule, run, number, asked)
        except InvalidRequest as invalid:
            problems += report_unasked(run, schedule.recurrence.zone, number, invalid)
    try:
        if not asked:  # a run that is under way goes on: what there is no room for then ends by itself
            ledger().require_room(*(job for _, job in wanted))
    except OverBudget as error:
        return runs().finish(run, [*problems, str(error)], "skipped-budget")
    for key, job in wanted:
        take_in(job, key)
    return runs().finish(run, problems)
