"""Write down what has become of each row of a batch."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.endings import finish
from plantain.batches.records import batch_records

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{batchId}` in; out the same and the state."""
    batch = finish(batch_records().get(event["batchId"]))
    logger.info("done", batch_id=batch.batch_id, counts=dict(batch.counts))
    return {"batchId": batch.batch_id, "state": batch.state}
