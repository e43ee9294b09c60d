"""Kie.ai rings: the job notes it and its execution, if it waits, looks at once."""

from plantain.errors import JobEnded, JobNotFound
from plantain.executions import executions
from plantain.job import Job
from plantain.jobs.table import jobs
from plantain.kie.callbacks import is_secret_of, parts_of

_TRIES = 5


def job_behind(token: str) -> Job:
    """The job whose doorbell this is. Raises JobNotFound, of a wrong secret as of no job."""
    parts = parts_of(token)
    if parts is None:
        raise JobNotFound
    task_id, secret = parts
    job = jobs().get(task_id)
    if not is_secret_of(job, secret):
        raise JobNotFound
    return job


def ring(job: Job, kie_task_id: str) -> bool:
    """Whether anybody was woken or will find the ring; False where the job has ended or has another task.

    Nothing of the callback is believed: the execution asks Kie.ai itself. An id the job does not know yet is kept
    to be asked for.
    """
    for _ in range(_TRIES):
        if job.kie_task_id not in (None, kie_task_id):
            return False
        try:
            rung = jobs().note_ring(job, kie_task_id)
        except JobEnded:
            job = jobs().get(job.task_id)
            if not job.is_final:
                continue
            if _is_kept_for_the_operator(job, kie_task_id):
                return False
        else:
            if rung.wait_token:
                executions().wake(rung.wait_token)
            return True
    return False


def _is_kept_for_the_operator(job: Job, kie_task_id: str) -> bool:
    """False where an operator is just opening the job again.

    What has rung before is not listed again: somebody may have seen to it.
    """
    if job.state == "success" or job.kie_task_id or kie_task_id in job.rung_kie_task_ids:
        return True
    try:
        jobs().note_late_ring(job, kie_task_id)
    except JobEnded:
        return False
    return True
