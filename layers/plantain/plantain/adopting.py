"""Finds the task of a create whose answer was lost, by the callback that names it."""

from dataclasses import asdict

from plantain.callbacks import is_callback_of
from plantain.job import Job
from plantain.jobs import jobs
from plantain.kie import kie
from plantain.kie_param import Asked


def adopted(job: Job) -> str | None:
    """Kie.ai's id of the job's task, now written down; None while nobody has named one that is.

    A callback's body proves nothing, so Kie.ai itself is asked what the task was made from. Raises
    KieKeyRejected, KieKeyMissing, TryAgainLater.
    """
    if job.kie_task_id:
        return job.kie_task_id
    if named := task_named(job):
        jobs().accept(job, named)
    return named


def task_named(job: Job) -> str | None:
    """The job's among the tasks that callbacks have named. Raises KieKeyRejected, KieKeyMissing, TryAgainLater."""
    return next((named for named in sorted(job.rung_kie_task_ids) if is_made_for(named, job)), None)


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
