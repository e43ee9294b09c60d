"""Write a failure on its job and give it a name, so that the execution ends FAILED for a stated reason."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.recovery.ended_executions import end_job

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId, error?: {Error, Cause}}` in; `{taskId, error, cause}` out, without anybody's words."""
    failure = end_job(event["taskId"], "FAILED", event.get("error", {}).get("Error", ""))
    logger.info("failed", task_id=event["taskId"], code=failure.code, charged=failure.charged)
    cause = f"The job ended without an image; charged: {failure.charged}. Its record says why."
    return {"taskId": event["taskId"], "error": failure.code, "cause": cause}
