"""Take a failed job off the operator's list: its fate is known, or does not matter any more."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.recovery.reopening import dismiss
from plantain.recovery.unknown_jobs import summary_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in, the job as operators see it out."""
    job = dismiss(event["taskId"])
    logger.info("dismissed", task_id=job.task_id)
    return summary_of(job)
