"""Finds the task of a create whose answer was lost, by the callback that names it."""

from dataclasses import asdict

from plantain.errors import OutcomeUnknown
from plantain.job import Job
from plantain.jobs.claims import Claim, claim_id, claims
from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.kie.callbacks import is_callback_of
from plantain.kie.param import Asked


def adopted(job: Job, *, surely: bool = False) -> str | None:
    """Kie.ai's id of the job's task, now written down; None while nobody has named one that is.

    A callback's body proves nothing, so Kie.ai itself is asked what the task was made from. Raises as task_named.
    """
    if job.kie_task_id:
        return job.kie_task_id
    named = task_named(job, surely=surely)
    if named is None or claimed_by(named, job) != job.task_id:
        return None
    jobs().accept(job, named)
    return named


def task_named(job: Job, *, surely: bool = False) -> str | None:
    """The job's among the tasks that callbacks have named. Raises KieKeyRejected, KieKeyMissing, TryAgainLater.

    With `surely`, None says that there is none; OutcomeUnknown, that Kie.ai does not tell what one was made from.
    """
    doubted = []
    for named in sorted(job.rung_kie_task_ids):
        made = is_made_for(named, job)
        if made:
            return named
        if made is None:
            doubted.append(named)
    if surely and doubted:
        raise OutcomeUnknown(f"Kie.ai rang for {' and '.join(doubted)} and does not tell what that was made from.")
    return None


def claimed_by(kie_task_id: str, job: Job, *, instead: bool = False) -> str:
    """Our id of the job that has this task: this one, or another that had it first.

    Wishes may be alike to the letter, and each has a task of its own. `instead` takes it away from the other.
    """
    claim = Claim(claim_id("kie", kie_task_id), job.task_id, lasting=True)
    if claims().take(claim):
        return job.task_id
    found = claims().find(claim.id)
    assert found
    if instead and claims().take(claim, instead_of=found.made):
        return job.task_id
    return found.made


def accept(job: Job, kie_task_id: str) -> None:
    """Kie.ai has taken the task for this job, and for no other. What was paid for is written first."""
    jobs().accept(job, kie_task_id)
    claimed_by(kie_task_id, job)


def is_made_for(kie_task_id: str, job: Job) -> bool | None:
    """Whether Kie.ai made this task from the job's create; None if it does not know the task or does not tell.

    Raises KieKeyRejected, KieKeyMissing, TryAgainLater.
    """
    asked = kie().asked_of(kie_task_id)
    return None if asked is None else _is_of(asked, job)


def _is_of(asked: Asked, job: Job) -> bool:
    """By the address it rings at, which no other task has; where Kie.ai does not tell it, by all it was asked."""
    if asked.callback_url is not None:
        return is_callback_of(job, asked.callback_url)
    wish = asdict(job.request)
    return asked.is_like(**{name: wish[name] for name in wish if name != "image_input"})
