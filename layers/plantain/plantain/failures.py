"""Writes down why a job ended without an image: what happened, whether it cost money, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from plantain.errors import PlantainError
from plantain.job import Failure, Job
from plantain.jobs import Jobs

_MESSAGES = {
    "kie-busy": "Kie.ai could not be reached or took no new tasks for too long. Nothing was charged; send the "
    "request again later.",
    "not-sent": "The request was never sent to Kie.ai. Nothing was charged; send it again.",
    "outcome-unknown": "The request was sent and Kie.ai's answer was lost. It may have been billed, so it is not "
    "sent again; the operator can look on Kie.ai's log page.",
    "status-unavailable": "Kie.ai accepted the task but could not be asked for its outcome. It may have been "
    "billed; the operator can look the task up at Kie.ai by the kieTaskId in the job record.",
    "image-not-stored": "Kie.ai made and charged the image, but it could not be copied into the bucket. The "
    "operator can fetch it from Kie.ai, which keeps results for some days, by the kieTaskId in the job record.",
    "timed-out": "The workflow reached its time limit. What Kie.ai may have made and billed can be looked up "
    "there by the kieTaskId in the job record.",
    "aborted": "The workflow was stopped by an operator. What Kie.ai may have made and billed can be looked up "
    "there by the kieTaskId in the job record.",
}


# Of an execution that has ended before its job was sent: it stood in line or creates were paused, mostly.
_UNSENT = {
    "TIMED_OUT": (
        "not-sent",
        "The request waited for longer than the workflow's time limit and was never sent to Kie.ai. "
        "Nothing was charged; send it again.",
    ),
    "ABORTED": (
        "aborted",
        "The workflow was stopped by an operator before the request was sent to Kie.ai. "
        "Nothing was charged; send it again.",
    ),
}
NOT_SENT = Failure("not-sent", _MESSAGES["not-sent"], "no")


@contextmanager
def recording(jobs: Jobs, job: Job, *final: type[PlantainError], seen: Job | None = None) -> Iterator[None]:
    """Errors of these kinds end the job: each is written to its record, in Kie.ai's own words, and raised on.

    With `seen`, only if the job has come no further than that; raises JobEnded otherwise.
    """
    try:
        yield
    except final as error:
        jobs.fail(job.task_id, Failure(error.code, error.words, error.charged), seen=seen)
        raise


def failure_after(job: Job, execution_status: str, error: str) -> Failure:
    """Why a job ended whose step gave up, by what its record shows of how far it came.

    `execution_status` is Step Functions' (FAILED, TIMED_OUT, ABORTED), `error` the name of the step's error.
    """
    if job.failure:
        return job.failure
    if job.charged == "no" and execution_status in _UNSENT:
        return Failure(*_UNSENT[execution_status], job.charged)
    code = {"TIMED_OUT": "timed-out", "ABORTED": "aborted"}.get(execution_status) or _code_of_stage(job, error)
    return Failure(code, _MESSAGES[code], job.charged)


def _code_of_stage(job: Job, error: str) -> str:
    if job.result_urls:
        return "image-not-stored"
    if job.kie_task_id:
        return "status-unavailable"
    if job.create_started_at:
        return "outcome-unknown"
    return "kie-busy" if error in ("TryAgainLater", "KieBusy") else "not-sent"
