"""Say how a batch is doing: its rows by state, what it costs and, once it is done, where its results are."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.records import own_batch
from plantain.batches.view import batch_view
from plantain.errors import BatchNotFound
from plantain.http.api import RETRY_AFTER_SECONDS, answer, caller_of, http_api

logger = Logger()
app = http_api(logger, on_failure="Failed to check batch", not_found=BatchNotFound)


@app.get("/api/batches/<batch_id>")
def get_batch(batch_id: str) -> Response[str]:
    """200 with the batch, or the problem."""
    batch = own_batch(batch_id, caller_of(app.current_event))
    headers = {} if batch.is_final else {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return answer(200, batch_view(batch), headers)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/batches/{batchId}"""
    return app.resolve(event, context)
