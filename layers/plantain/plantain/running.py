"""Lets a schedule run: once for each planned time, however often it is delivered."""

import datetime as dt
import hashlib
import os
from typing import Literal

from plantain.addresses import trusted_origins
from plantain.dns import dns
from plantain.drop_words import plan_text
from plantain.faults import InvalidRequest
from plantain.file_wish import check_file_wish
from plantain.filling import filled
from plantain.inbox_reports import report_failure, report_plan
from plantain.intake import take_in, taken_in
from plantain.job import new_job, now_ms
from plantain.keeping import find, schedule_of_kept, timing_of
from plantain.members import members
from plantain.models import MODELS
from plantain.plain_words import failed_text, problem_lines
from plantain.plans import Plan, plan_of
from plantain.request import Terms
from plantain.run import Run, RunState
from plantain.run_id import member_of, run_key
from plantain.runs import runs
from plantain.schedule import Schedule, schedule_of
from plantain.schedules import Kept

# A run that is delivered later than this, and than its window, was missed. AWS delivers within a minute.
GRACE = dt.timedelta(minutes=15)
# No execution lives longer than half a day (generate_image.asl.yaml): what has not ended by then never began, and
# must not hold up the schedule for good.
LONGEST = dt.timedelta(days=1)
NOT_RUN: Literal["not-run"] = "not-run"


def run_schedule(name: str, moment: dt.datetime, now: dt.datetime, timing: str | None = None) -> RunState | str:
    """The state of the run that was to begin at this moment, NOT_RUN where the schedule knows of none.

    What breaks in between is finished by the next call. With `timing`, only if the schedule still says so.
    """
    kept = find(name)
    if kept is None or (timing and timing != timing_of(kept)):
        return NOT_RUN
    schedule = schedule_of_kept(kept)
    planned = schedule.recurrence.planned(moment)
    run = runs().find(name, planned)
    if run is None:
        if not schedule.enabled:
            return NOT_RUN
        run = _begun(kept, schedule, planned, now)
    if run.caller != kept.caller:
        return NOT_RUN  # that of an earlier keeper of this name
    if run.state == "running":
        _ask(kept, run, planned)
        return "done"
    return run.state


def _begun(kept: Kept, schedule: Schedule, planned: dt.datetime, now: dt.datetime) -> Run:
    turn = runs().turn(kept.name)
    before = runs().find(kept.name, dt.datetime.fromisoformat(turn.last)) if turn.last else None
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
    jobs = members().jobs_of(run_key(run.name, dt.datetime.fromisoformat(run.planned)))
    return run.state == "running" or not all(job.is_final for job in jobs)


def _ask(kept: Kept, run: Run, planned: dt.datetime) -> None:
    assert run.document is not None
    schedule = schedule_of(run.document, planned)
    problems: list[str] = []
    for number in range(1, len(schedule.requests) + 1):
        try:
            _ask_for(kept, schedule, run, planned, number)
        except InvalidRequest as invalid:
            lines = problem_lines(invalid.faults)
            _report(kept.name, planned.astimezone(schedule.recurrence.zone), number, lines)
            problems += [f"request {number}, {line}" for line in lines]
    runs().finish(run, problems)


def _ask_for(kept: Kept, schedule: Schedule, run: Run, planned: dt.datetime, number: int) -> None:
    """Its jobs, each by a key of its own: those that an earlier delivery has asked for are found again."""
    local = planned.astimezone(schedule.recurrence.zone)
    trusted = trusted_origins(os.environ["TRUSTED_ORIGINS"])
    model = MODELS[os.environ["KIE_MODEL"]]
    terms = Terms(model, kept.asks_as, trusted, from_inbox=kept.kept_by != "http")
    wish = check_file_wish(filled(schedule.requests[number - 1], local, run.number), terms)
    group = run_key(kept.name, planned)
    # A dead letter may be sent again when the claims of its jobs have expired.
    asked = {job.member for job in members().jobs_of(group)}
    plan: Plan | None = None
    if wish.dry_run:
        plan = plan_of(wish.wish, terms, dns())
        what = f"request {number} of the schedule {kept.name}"
        text = plan_text(what, plan.request, plan.preset, wish.count)
        report_plan(kept.name, _report_id(kept.name, planned, number), text)
        return
    for copy in range(1, wish.count + 1):
        member = member_of(number, copy)
        # The space keeps it apart from any key that a caller can give over HTTP.
        key = f"{group} {member}"
        if taken_in(kept.asks_as, key) or member in asked:
            continue
        plan = plan or plan_of(wish.wish, terms, dns())
        job = new_job(
            kept.asks_as,
            "schedule",
            plan.request,
            preset=plan.preset,
            group=group,
            member=member,
            folder=f"schedules/{kept.name}/{local:%Y-%m-%d}",
            stem=kept.name,
        )
        take_in(job, key)


def _report(name: str, local: dt.datetime, number: int, problems: list[str]) -> None:
    subject = f"The schedule {name} could not ask for its request {number}, planned for {local:%Y-%m-%d %H:%M}."
    advice = "Correct the schedule; the next run takes it as it is then. The other requests are not affected."
    text = failed_text(subject, problems, charged="no", advice=advice)
    report_failure(name, _report_id(name, local, number), text)


def _report_id(name: str, planned: dt.datetime, number: int) -> str:
    """What stands for a task id where there is no task: 12 hex digits."""
    return hashlib.sha256(f"{run_key(name, planned)} {number}".encode()).hexdigest()[:12]
