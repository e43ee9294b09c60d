"""Let a failed job go on with the task that Kie.ai has of it; nothing is sent a second time."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.recovery.reopening import redrive
from plantain.recovery.unknown_jobs import summary_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in, the job as operators see it out."""
    job = redrive(event["taskId"])
    logger.info("goes on", task_id=job.task_id, execution=job.execution_name)
    return summary_of(job)
