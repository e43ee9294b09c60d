"""Send a job once more that an operator declares unpaid."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.recovery.reopening import resend
from plantain.recovery.unknown_jobs import summary_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in, the job as operators see it out."""
    job = resend(event["taskId"])
    logger.info("sent again", task_id=job.task_id, execution=job.execution_name)
    return summary_of(job)
