"""Ends a job whose execution could not: by the state machine's failure path, or after the execution is gone."""

from plantain.errors import JobEnded
from plantain.failures import failure_after
from plantain.job import Failure
from plantain.jobs import jobs

_LOOKS = 5


def end_job(task_id: str, execution_status: str, error: str) -> Failure:
    """Fail the job unless it is final already. Returns why it failed, an earlier reason before ours.

    Raises JobNotFound; JobEnded if the job keeps moving under our eyes (then Step Functions tries again).
    `execution_status` and `error` are as in `failure_after`.
    """
    for _ in range(_LOOKS):
        job = jobs().get(task_id)
        failure = failure_after(job, execution_status, error)
        if job.is_final:
            return failure
        try:
            # Only as seen: a create that begins at this moment would make "charged: no" a lie.
            jobs().fail(task_id, failure, seen=job)
            return failure
        except JobEnded:
            continue
    raise JobEnded("The job keeps moving.", code="job-ended")
