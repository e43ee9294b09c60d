"""Writes down why a job ended without an image: what happened, whether it cost money, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from plantain.errors import REDRIVE, UNKNOWN, PlantainError
from plantain.job import Failure, Job
from plantain.jobs.table import jobs

_FETCHED = f"It may have been billed; what Kie.ai has of it the operator can fetch for nothing: {REDRIVE}."
_SEEN_TO = f"the operator can let this very job go on: {UNKNOWN}."
_MESSAGES = {
    "kie-busy": "Kie.ai could not be reached or took no new tasks for too long. Nothing was charged; send the "
    "request again later.",
    "not-sent": "The request was never sent to Kie.ai. Nothing was charged; send it again.",
    "outcome-unknown": "The request was sent and Kie.ai's answer was lost. It may have been billed, so it is not "
    f"sent again; {_SEEN_TO}",
    "status-unavailable": f"Kie.ai accepted the task but could not be asked for its outcome. {_FETCHED}",
    "image-not-stored": "Kie.ai made and charged the image, but it could not be copied into the bucket. Kie.ai "
    f"keeps it for some days, in which the operator can fetch it for nothing: {REDRIVE}.",
    "timed-out": f"The workflow reached its time limit. {_FETCHED}",
    "aborted": f"The workflow was stopped by an operator. {_FETCHED}",
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
def recording(job: Job, *final: type[PlantainError], seen: Job | None = None) -> Iterator[None]:
    """Errors of these kinds end the job: each is written to its record, in Kie.ai's own words, and raised on.

    With `seen`, only if the job has come no further than that; raises JobEnded otherwise.
    """
    try:
        yield
    except final as error:
        jobs().fail(job.task_id, Failure(error.code, error.words, error.charged), seen=seen)
        raise


def failure_after(job: Job, execution_status: str, error: str) -> Failure:
    """Why a job ended whose step gave up, by what its record shows of how far it came.

    `execution_status` is Step Functions' (FAILED, TIMED_OUT, ABORTED), `error` the name of the step's error.
    """
    if job.failure:
        return job.failure
    if job.is_named:
        return Failure("outcome-unknown", _MESSAGES["outcome-unknown"], "unknown")
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
