"""Attach a task that an operator has found at Kie.ai to the job it was made for; the job goes on with it."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.recovery.reopening import adopt
from plantain.recovery.unknown_jobs import summary_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId, kieTaskId, force?}` in, the job as operators see it out."""
    job = adopt(event["taskId"], event["kieTaskId"], force=event.get("force", False))
    logger.info("adopted", task_id=job.task_id, kie_task_id=event["kieTaskId"], execution=job.execution_name)
    return summary_of(job)
