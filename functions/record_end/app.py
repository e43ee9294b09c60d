"""Write on a job that its execution was stopped, ran out of time or broke, when nothing else could."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.endings import end_job
from plantain.errors import JobNotFound

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A "Step Functions Execution Status Change" event; the execution's name is the task id."""
    detail = event["detail"]
    try:
        failure = end_job(detail["name"], detail["status"], detail.get("error") or "")
    except JobNotFound:
        logger.warning("an execution without a job ended", execution=detail["name"])
        return
    logger.info("ended", task_id=detail["name"], status=detail["status"], code=failure.code)
