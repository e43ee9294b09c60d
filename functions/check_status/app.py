"""Ask Kie.ai how one task is doing; the state machine decides what happens next."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.errors import UnexpectedAnswer
from plantain.failures import recording
from plantain.job import Failure, Job, now_ms
from plantain.jobs import jobs
from plantain.kie import kie
from plantain.metrics import count_polls
from plantain.polling import is_blank, judge, pace
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId, kieTaskId, looks, blanks}` in; out the same counted on, and RUNNING, SUCCEEDED or FAILED."""
    job = jobs().get(event["taskId"])
    if job.kie_task_id is None:
        jobs().accept(job, event["kieTaskId"])
    looks, blanks, now = event["looks"] + 1, event["blanks"], now_ms()
    with recording(jobs(), job, UnexpectedAnswer):
        outcome = kie().outcome_of(event["kieTaskId"])
        verdict = judge(outcome, job, looks=looks, blanks=blanks, pace=pace(), now=now)
    _note(job, outcome, verdict, looks)
    if not isinstance(verdict, Running):
        count_polls(job.task_id, looks)
    return {
        "taskId": job.task_id,
        "kieTaskId": event["kieTaskId"],
        "status": _status(verdict),
        "looks": looks,
        "blanks": blanks + is_blank(outcome, job, now),
        "waitSeconds": pace().wait_after(looks),
    }


def _note(job: Job, outcome: Outcome, verdict: Running | Succeeded | Failed, looks: int) -> None:
    match verdict:
        case Running():
            timed_out = isinstance(outcome, Failed) and outcome.code == KIE_TIMEOUT
            jobs().note_running(job, verdict, late=pace().is_late(looks), timed_out=timed_out)
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
