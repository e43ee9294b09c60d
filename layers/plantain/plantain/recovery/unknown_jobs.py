"""What an operator is told of the jobs that may have cost money and have no image, and of those under way."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from plantain.job import Job, now_ms
from plantain.jobs.open_jobs import open_jobs
from plantain.jobs.table import jobs

DAY_MS = 24 * 3600 * 1000
LONGEST = 500  # jobs in one list
WORDS = 120  # characters of a prompt, to tell it from others on Kie.ai's log page


def unknown_jobs(days: int) -> list[dict[str, Any]]:
    """Those still in doubt, and those that have failed within so many days and that nobody has seen to."""
    still = (listed for listed in open_jobs().unended() if listed.in_doubt)
    found = chain(still, open_jobs().unsettled(now_ms() - days * DAY_MS))
    return list(islice(_shown(listed.task_id for listed in found), LONGEST))


def unended_jobs(most: int) -> list[dict[str, Any]]:
    """The oldest of those that have not ended."""
    found = (jobs().get(listed.task_id) for listed in open_jobs().unended())
    under_way = (_with_prompt(job) for job in found if not job.is_final)
    return list(islice(under_way, min(most, LONGEST)))


def _shown(task_ids: Iterator[str]) -> Iterator[dict[str, Any]]:
    for task_id in task_ids:
        job = jobs().get(task_id)
        if job.is_unsettled or not job.is_final:  # the index lags behind
            yield _with_prompt(job)


def _with_prompt(job: Job) -> dict[str, Any]:
    return summary_of(job) | {"prompt": job.request.prompt[:WORDS]}


def summary_of(job: Job) -> dict[str, Any]:
    """A job as operators see it: times in ms, credits as Kie.ai counts them; what is not known is left out."""
    shown = {
        "taskId": job.task_id,
        "caller": job.caller,
        "state": job.state,
        "code": job.failure.code if job.failure else None,
        "charged": job.charged,
        "createdAt": job.created_at,
        "sentAt": job.create_started_at,
        "unknownSince": job.unknown_since,
        "endedAt": job.ended_at,
        "kieTaskId": job.kie_task_id,
        "namedKieTaskId": next(iter(sorted(job.rung_kie_task_ids)), None),
        "balanceBefore": job.balance_before and job.balance_before.credits,
        "balanceBeforeAt": job.balance_before and job.balance_before.at,
        "balanceAtLoss": job.balance_at_loss,
        "balanceAtEnd": job.balance_at_end,
        "reopened": job.reopened,
    }
    return {name: value for name, value in shown.items() if value is not None}
