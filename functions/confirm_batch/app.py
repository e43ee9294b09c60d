"""Say yes to the price of a batch that waits for it."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.confirming import confirm
from plantain.batches.records import own_batch
from plantain.batches.view import accepted
from plantain.errors import BatchNotFound
from plantain.http.api import answer, caller_of, http_api

logger = Logger()
app = http_api(logger, on_failure="Failed to confirm batch", charged="unknown", not_found=BatchNotFound)


@app.post("/api/batches/<batch_id>/confirm")
def confirm_batch(batch_id: str) -> Response[str]:
    """202 with the batch's id and state, or the problem."""
    batch = confirm(own_batch(batch_id, caller_of(app.current_event)))
    logger.info("batch confirmed", batch_id=batch.batch_id, state=batch.state)
    return answer(202, *accepted(batch))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/batches/{batchId}/confirm"""
    return app.resolve(event, context)
