"""The jobs that a run of a schedule asks for, each by a key of its own: an earlier delivery's are found again."""

from plantain.job import Job, new_job
from plantain.jobs.intake import taken_in
from plantain.network.dns import dns
from plantain.planning.plans import Plan, plan_of_each
from plantain.schedules.filling import filled
from plantain.schedules.kept import Kept
from plantain.schedules.run import Run, folder_of, member_of
from plantain.schedules.run_reports import report_trial
from plantain.schedules.schedule import Schedule
from plantain.wishes.file_wish import check_file_wish
from plantain.wishes.terms import terms_of


def jobs_of_request(
    kept: Kept, schedule: Schedule, run: Run, number: int, asked: set[str | None]
) -> list[tuple[str, Job]]:
    """Those of one request, from 1, that nobody has asked for yet, each with its idempotency key.

    `asked` are the members of the run that there are. A dry run has none: its plan is written. Raises
    InvalidRequest.
    """
    local = run.planned.astimezone(schedule.recurrence.zone)
    terms = terms_of(kept.asks_as, from_inbox=kept.kept_by != "http")
    wish = check_file_wish(filled(schedule.requests[number - 1], local, run.number), terms)
    plan: Plan | None = None
    if wish.dry_run:
        report_trial(run, number, plan_of_each(wish, terms, dns()), wish.count)
        return []
    wanted = []
    for copy in range(1, wish.count + 1):
        member = member_of(number, copy)
        # The space keeps it apart from any key that a caller can give over HTTP.
        key = f"{run.key} {member}"
        if taken_in(kept.asks_as, key) or member in asked:
            continue
        plan = plan or plan_of_each(wish, terms, dns())
        job = new_job(
            kept.asks_as,
            "schedule",
            plan.request,
            preset=plan.preset,
            group=run.key,
            member=member,
            copy=None if wish.count == 1 else copy,
            folder=f"{folder_of(kept.name)}/{local:%Y-%m-%d}",
            stem=kept.name,
        )
        wanted.append((key, job))
    return wanted
