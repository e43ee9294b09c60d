"""One look at a task: whose it is, what Kie.ai says of it, and what of that is written down."""

from dataclasses import dataclass
from typing import Literal

from aws_lambda_powertools import Logger

from plantain.errors import OutcomeUnknown, UnexpectedAnswer
from plantain.job import Failure, Job, now_ms
from plantain.jobs.failures import recording
from plantain.jobs.table import jobs
from plantain.kie.api import Kie
from plantain.kie.balance import balance_of
from plantain.metrics import count_polls
from plantain.recovery.adopting import accept, adopted
from plantain.steps.polling import age_of, is_blank, judge, pace_with, unknown_seconds_left
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded

Status = Literal["RUNNING", "SUCCEEDED", "FAILED"]
_STATUS: dict[type[Running | Succeeded | Failed], Status] = {
    Running: "RUNNING",
    Succeeded: "SUCCEEDED",
    Failed: "FAILED",
}

logger = Logger()


@dataclass(frozen=True, slots=True)
class Look:
    """What it has found; `seconds` until the next one, `blank`: an answer that cannot be true.

    `kie_task_id` is None as long as nobody knows it.
    """

    status: Status
    seconds: int
    kie_task_id: str | None = None
    blank: bool = False


def look(job: Job, told: str | None, kie: Kie, *, rings: bool, looks: int, blanks: int) -> Look:
    """Look once more, after so many `looks` of which so many were `blanks`.

    `told` is Kie's id of the task, where the create step knew it; `rings` whether Kie.ai rings when it is over.
    Raises UnexpectedAnswer and OutcomeUnknown, which end the job, and TryAgainLater.
    """
    job, now = jobs().hear_ring(job), now_ms()
    kie_task_id = _task_of(job, told, kie, now)
    if kie_task_id is None:
        return Look("RUNNING", max(1, unknown_seconds_left(job, now)))
    pace, age = pace_with(rings), age_of(job, now)
    with recording(job, UnexpectedAnswer):
        outcome = kie.outcome_of(kie_task_id)
        verdict = judge(outcome, job, blanks=blanks, pace=pace, now=now)
    _note(job, outcome, verdict, looks + 1, late=pace.is_late(age))
    if not isinstance(verdict, Running):
        count_polls(job.task_id, looks + 1)
    return Look(_STATUS[type(verdict)], pace.wait_at(age), kie_task_id, is_blank(outcome, job, now))


def _task_of(job: Job, told: str | None, kie: Kie, now: int) -> str | None:
    """Kie's id of the task, even of a create whose answer was lost. Raises OutcomeUnknown once it is given up."""
    if told and job.kie_task_id is None:
        accept(job, told)
    if kie_task_id := told or adopted(job):
        return kie_task_id
    if unknown_seconds_left(job, now) <= 0:
        jobs().note_balance_at_end(job, balance_of(kie))
        if jobs().get(job.task_id).rung_at:  # while Kie.ai was asked: one more look
            return None
        with recording(job, OutcomeUnknown):
            raise OutcomeUnknown("Its answer was lost and its callback has not come.")
    return None


def _note(job: Job, outcome: Outcome, verdict: Running | Succeeded | Failed, looks: int, *, late: bool) -> None:
    match verdict:
        case Running():
            timed_out = isinstance(outcome, Failed) and outcome.code == KIE_TIMEOUT
            jobs().note_running(job, verdict, late=late, timed_out=timed_out)
        case Succeeded():
            logger.info("drawn", task_id=job.task_id, looks=looks)
            jobs().note_result(job, verdict)
        case Failed(code=code, message=message, charged=charged, credits=credits):
            logger.info("failed", task_id=job.task_id, looks=looks, code=code, charged=charged)
            jobs().fail(job.task_id, Failure(code, message, charged), credits=credits)
