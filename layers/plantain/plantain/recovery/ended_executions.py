"""Ends a job whose execution could not: by the state machine's failure path, or after the execution is gone."""

from plantain.errors import JobEnded
from plantain.job import Failure, Job, task_id_of
from plantain.jobs.failures import failure_after
from plantain.jobs.table import jobs

_LOOKS = 5


def end_job(task_id: str, execution_status: str, error: str) -> Failure:
    """Fail the job unless it is final already. Returns why it failed, an earlier reason before ours.

    Raises JobNotFound; JobEnded if the job keeps moving under our eyes (then Step Functions tries again).
    `execution_status` and `error` are as in `failure_after`.
    """
    for _ in range(_LOOKS):
        if failure := _ended_as_seen(jobs().get(task_id), execution_status, error):
            return failure
    raise _keeps_moving()


def end_execution(name: str, execution_status: str, error: str) -> Failure | None:
    """As end_job, for the job of the execution that has ended.

    None if an operator has opened the job again since: then another execution carries it.
    """
    for _ in range(_LOOKS):
        job = jobs().get(task_id_of(name))
        if job.execution_name != name:
            return None
        if failure := _ended_as_seen(job, execution_status, error):
            return failure
    raise _keeps_moving()


def _ended_as_seen(job: Job, execution_status: str, error: str) -> Failure | None:
    failure = failure_after(job, execution_status, error)
    if not job.is_final:
        try:
            # Only as seen: a create that begins at this moment would make "charged: no" a lie.
            jobs().fail(job.task_id, failure, seen=job)
        except JobEnded:
            return None
    return failure


def _keeps_moving() -> JobEnded:
    return JobEnded("The job keeps moving.")
