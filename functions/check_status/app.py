"""Ask Kie.ai how one task is doing; the state machine decides what happens next."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.errors import OutcomeUnknown, UnexpectedAnswer
from plantain.job import Failure, Job, now_ms
from plantain.jobs.failures import recording
from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.kie.balance import balance_of
from plantain.metrics import count_polls
from plantain.recovery.adopting import accept, adopted
from plantain.steps.polling import age_of, is_blank, judge, pace_with, unknown_seconds_left
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId, kieTaskId, rings, looks, blanks}` in; out the same counted on, and RUNNING, SUCCEEDED or FAILED.

    `kieTaskId` is null as long as nobody knows it."""
    job, now = jobs().hear_ring(jobs().get(event["taskId"])), now_ms()
    kie_task_id = _task_of(job, event["kieTaskId"], now)
    looks, blanks = event["looks"] + 1, event["blanks"]
    if kie_task_id is None:
        return _running(event, looks, blanks, max(1, unknown_seconds_left(job, now)))
    paces = pace_with(event["rings"])
    with recording(jobs(), job, UnexpectedAnswer):
        outcome = kie().outcome_of(kie_task_id)
        verdict = judge(outcome, job, blanks=blanks, pace=paces, now=now)
    _note(job, outcome, verdict, looks, late=paces.is_late(age_of(job, now)))
    if not isinstance(verdict, Running):
        count_polls(job.task_id, looks)
    running = _running(event, looks, blanks + is_blank(outcome, job, now), paces.wait_at(age_of(job, now)))
    return running | {"kieTaskId": kie_task_id, "status": _status(verdict)}


def _task_of(job: Job, told: str | None, now: int) -> str | None:
    """Kie's id of the task, even of a create whose answer was lost. Raises OutcomeUnknown once it is given up."""
    if told and job.kie_task_id is None:
        accept(job, told)
    if kie_task_id := told or adopted(job):
        return kie_task_id
    if unknown_seconds_left(job, now) <= 0:
        jobs().note_balance_at_end(job, balance_of(kie()))
        if jobs().get(job.task_id).rung_at:  # while Kie.ai was asked: one more look
            return None
        with recording(jobs(), job, OutcomeUnknown):
            raise OutcomeUnknown("Its answer was lost and its callback has not come.")
    return None


def _running(event: dict[str, Any], looks: int, blanks: int, seconds: int) -> dict[str, Any]:
    return {
        "taskId": event["taskId"],
        "kieTaskId": None,
        "status": "RUNNING",
        "rings": event["rings"],
        "looks": looks,
        "blanks": blanks,
        "waitSeconds": seconds,
    }


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


def _status(verdict: Running | Succeeded | Failed) -> str:
    match verdict:
        case Running():
            return "RUNNING"
        case Succeeded():
            return "SUCCEEDED"
        case Failed():
            return "FAILED"
