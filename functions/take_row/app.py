"""Take one row of a batch: reserve its job, or look how far it is."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.records import batch_records
from plantain.batches.taking_rows import seconds_after, take_row

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{batchId, first, last, looks}` in; out the same counted on, the job, and whether it has ended."""
    batch = batch_records().get(event["batchId"])
    taken = take_row(batch, int(event["first"]), int(event["last"]))
    looks = event["looks"] + 1
    logger.info("taken", batch_id=batch.batch_id, task_id=taken.job.task_id, replayed=taken.replayed)
    return {
        "batchId": batch.batch_id,
        "first": event["first"],
        "last": event["last"],
        "taskId": taken.job.task_id,
        "ended": taken.job.is_final,
        "looks": looks,
        "waitSeconds": seconds_after(looks),
    }
