"""See that a job is final once its execution is over, and tell the door it came by how it has ended."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.door_reports import report
from plantain.endings import end_job
from plantain.errors import JobNotFound
from plantain.jobs import jobs

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A "Step Functions Execution Status Change" event; the execution's name is the task id."""
    detail = event["detail"]
    task_id, status = detail["name"], detail["status"]
    try:
        if status != "SUCCEEDED":
            failure = end_job(task_id, status, detail.get("error") or "")
            logger.info("ended", task_id=task_id, status=status, code=failure.code)
        job = jobs().get(task_id)
    except JobNotFound:
        logger.warning("an execution without a job ended", execution=task_id)
        return
    report(job)
