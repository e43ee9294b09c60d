"""Check every row of a batch before anything is spent."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.checking import checked
from plantain.batches.records import batch_records

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{batchId}` in; out the same, its state, and how many rows may be made at once."""
    batch = batch_records().get(event["batchId"])
    if batch.state == "checking":
        batch = checked(batch)
    logger.info("checked", batch_id=batch.batch_id, state=batch.state, rows=batch.rows, bad=batch.bad)
    concurrency = int(os.environ["BATCH_CONCURRENCY"])
    return {"batchId": batch.batch_id, "state": batch.state, "concurrency": concurrency}
