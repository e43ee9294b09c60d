"""Ends a job whose execution could not: by the state machine's failure path, or after the execution is gone."""

from plantain.errors import JobEnded
from plantain.failures import failure_after
from plantain.job import Failure
from plantain.jobs import jobs


def end_job(task_id: str, execution_status: str, error: str) -> Failure:
    """Fail the job unless it is final already. Returns why it failed, an earlier reason before ours.

    Raises JobNotFound. `execution_status` and `error` are as in `failure_after`.
    """
    job = jobs().get(task_id)
    failure = failure_after(job, execution_status, error)
    if not job.is_final:
        try:
            jobs().fail(task_id, failure)
        except JobEnded:
            return jobs().get(task_id).failure or failure
    return failure
