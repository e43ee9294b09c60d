"""What people are told of a request of a run that comes to no jobs: a trial's plan, or what is wrong with it."""

from zoneinfo import ZoneInfo

from plantain.faults import InvalidRequest
from plantain.planning.plan_text import plan_text
from plantain.planning.plans import Plan
from plantain.reports.failed_text import failed_text
from plantain.reports.problem_lines import problem_lines
from plantain.reports.telling import report_failure, report_plan, short_hash
from plantain.schedules.run import Run


def report_trial(run: Run, number: int, plan: Plan, count: int) -> None:
    """Tell what this request (from 1) would come to, where it is only tried."""
    text = plan_text(f"request {number} of the schedule {run.name}", plan, count)
    report_plan(run.name, _id(run, number), text)


def report_unasked(run: Run, zone: ZoneInfo, number: int, invalid: InvalidRequest) -> list[str]:
    """Tell that this request (from 1) could not be asked for; returns its problems, a line each."""
    lines = problem_lines(invalid.faults)
    local = f"{run.planned.astimezone(zone):%Y-%m-%d %H:%M}"
    subject = f"The schedule {run.name} could not ask for its request {number}, planned for {local}."
    advice = "Correct the schedule; the next run takes it as it is then. The other requests are not affected."
    text = failed_text(subject, lines, charged="no", advice=advice)
    report_failure(run.name, _id(run, number), text)
    return [f"request {number}, {line}" for line in lines]


def _id(run: Run, number: int) -> str:
    return short_hash(f"{run.key} {number}")
