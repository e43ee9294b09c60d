"""Ask Kie.ai to draw: the one step that spends money, taken at most once for a job."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.aws import AWS_ERRORS
from plantain.errors import KieKeyMissing, OutcomeUnknown, Refused, TryAgainLater
from plantain.failures import recording
from plantain.input_images import with_links
from plantain.job import Job
from plantain.jobs import jobs
from plantain.kie import kie
from plantain.polling import pace

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in; out, Kie's id of the task and the numbers the polling loop starts with."""
    job = jobs().get(event["taskId"])
    kie_task_id = job.kie_task_id
    if kie_task_id is None:
        if job.create_started_at is None:
            with recording(jobs(), job, KieKeyMissing, seen=job):
                kie().require_key()
        with recording(jobs(), job, Refused, KieKeyMissing, OutcomeUnknown):
            kie_task_id = _create(job)
    return {
        "taskId": job.task_id,
        "kieTaskId": kie_task_id,
        "looks": 0,
        "blanks": 0,
        "waitSeconds": pace().interval,
    }


def _create(job: Job) -> str:
    """The intent is written before the call: whoever finds it without an answer never sends again."""
    request = with_links(job.request)  # before the intent: what fails here has sent nothing
    attempt = jobs().begin_create(job)
    try:
        kie_task_id = kie().create_task(request)
    except TryAgainLater as error:
        jobs().withdraw_create(job, attempt)
        logger.info("not accepted", task_id=job.task_id, code=error.code)
        raise
    logger.info("accepted", task_id=job.task_id, kie_task_id=kie_task_id)
    try:
        jobs().accept(job, kie_task_id)
    except AWS_ERRORS:
        # The paid task must not be lost with this write: its id travels on, and check_status writes it.
        logger.exception("accepted, but not written", task_id=job.task_id, kie_task_id=kie_task_id)
    return kie_task_id
