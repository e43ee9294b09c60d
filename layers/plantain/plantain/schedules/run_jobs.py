"""The jobs that a run of a schedule asks for, each by a key of its own: an earlier delivery's are found again."""

import datetime as dt
import hashlib

from plantain.drops.words import plan_text
from plantain.faults import InvalidRequest
from plantain.job import Job, new_job
from plantain.jobs.intake import taken_in
from plantain.network.dns import dns
from plantain.planning.plans import Plan, plan_of_each
from plantain.reports.failed_text import failed_text
from plantain.reports.problem_lines import problem_lines
from plantain.reports.telling import report_failure, report_plan
from plantain.schedules.filling import filled
from plantain.schedules.records import Kept
from plantain.schedules.run import Run
from plantain.schedules.run_id import member_of, run_key
from plantain.schedules.schedule import Schedule
from plantain.wishes.file_wish import check_file_wish
from plantain.wishes.terms import terms_of


def jobs_of_request(
    kept: Kept, schedule: Schedule, run: Run, planned: dt.datetime, number: int, asked: set[str | None]
) -> list[tuple[str, Job]]:
    """Those of one request, from 1, that nobody has asked for yet, each with its idempotency key.

    `asked` are the members of the run that there are. A dry run has none: its plan is written. Raises
    InvalidRequest.
    """
    local = planned.astimezone(schedule.recurrence.zone)
    terms = terms_of(kept.asks_as, from_inbox=kept.kept_by != "http")
    wish = check_file_wish(filled(schedule.requests[number - 1], local, run.number), terms)
    group = run_key(kept.name, planned)
    plan: Plan | None = None
    if wish.dry_run:
        plan = plan_of_each(wish, terms, dns())
        what = f"request {number} of the schedule {kept.name}"
        text = plan_text(what, plan.request, plan.preset, wish.count)
        report_plan(kept.name, _report_id(kept.name, planned, number), text)
        return []
    wanted = []
    for copy in range(1, wish.count + 1):
        member = member_of(number, copy)
        # The space keeps it apart from any key that a caller can give over HTTP.
        key = f"{group} {member}"
        if taken_in(kept.asks_as, key) or member in asked:
            continue
        plan = plan or plan_of_each(wish, terms, dns())
        job = new_job(
            kept.asks_as,
            "schedule",
            plan.request,
            preset=plan.preset,
            group=group,
            member=member,
            copy=None if wish.count == 1 else copy,
            folder=f"schedules/{kept.name}/{local:%Y-%m-%d}",
            stem=kept.name,
        )
        wanted.append((key, job))
    return wanted


def report_unasked(name: str, local: dt.datetime, number: int, invalid: InvalidRequest) -> list[str]:
    """Tell that a request could not be asked for; returns its problems, a line each."""
    lines = problem_lines(invalid.faults)
    subject = f"The schedule {name} could not ask for its request {number}, planned for {local:%Y-%m-%d %H:%M}."
    advice = "Correct the schedule; the next run takes it as it is then. The other requests are not affected."
    text = failed_text(subject, lines, charged="no", advice=advice)
    report_failure(name, _report_id(name, local, number), text)
    return [f"request {number}, {line}" for line in lines]


def _report_id(name: str, planned: dt.datetime, number: int) -> str:
    """What stands for a task id where there is no task: 12 hex digits."""
    return hashlib.sha256(f"{run_key(name, planned)} {number}".encode()).hexdigest()[:12]
