"""Check every row of a batch before anything is spent."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.checking import checked
from plantain.batches.objects import batch_objects
from plantain.batches.records import batch_records
from plantain.inbox.bucket import inbox
from plantain.jobs.standing import standing
from plantain.network.dns import RememberingDns, dns
from plantain.wishes.terms import terms_of

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{batchId}` in; out the same, its state, and how many rows may be made at once."""
    batch = batch_records().get(event["batchId"])
    if batch.state == "checking":
        terms = terms_of(batch.caller, from_inbox=batch.door == "upload")
        batch = checked(
            batch,
            terms,
            float(os.environ["BATCH_CONFIRM_USD"]),
            records=batch_records(),
            objects=batch_objects(),
            inbox=inbox(),
            standing=standing(),
            dns=RememberingDns(dns()),
        )
    logger.info("checked", batch_id=batch.batch_id, state=batch.state, rows=batch.rows, bad=batch.bad)
    concurrency = int(os.environ["BATCH_CONCURRENCY"])
    return {"batchId": batch.batch_id, "state": batch.state, "concurrency": concurrency}
