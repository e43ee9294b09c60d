"""Write on a batch that its execution was stopped, expired or broke, when nothing else could."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.endings import end_batch
from plantain.batches.records import batch_records
from plantain.errors import BatchNotFound

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A "Step Functions Execution Status Change" event; the execution's name is the batch's id."""
    detail = event["detail"]
    try:
        batch = batch_records().get(detail["name"])
    except BatchNotFound:
        logger.warning("an execution without a batch ended", execution=detail["name"])
        return
    batch = end_batch(batch, detail.get("error") or "")
    logger.info("ended", batch_id=batch.batch_id, status=detail["status"], state=batch.state)
