"""Take in a batch over HTTP and start it; its rows are looked at afterwards, all of them."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.batches.intake import take_in_batch, taken_in_batch
from plantain.batches.ordered import fingerprint_of, ordered
from plantain.batches.request import check_batch_request
from plantain.batches.view import accepted
from plantain.http.api import answer, http_api, idempotency_key, json_object
from plantain.http.counted import counted_caller

logger = Logger()
app = http_api(logger, on_failure="Failed to start batch", charged="unknown")


@app.post("/api/batches")
def submit_batch() -> Response[str]:
    """202 with the batch's id, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    asked = check_batch_request(json_object(event), caller)
    key, fingerprint = idempotency_key(event), fingerprint_of(asked)
    batch = taken_in_batch(caller, key, fingerprint)
    headers = {"Idempotency-Replayed": "true"} if batch else {}
    if batch is None:
        name, reference = ordered(asked, caller)
        batch = take_in_batch(
            caller=caller,
            door="http",
            reference=reference,
            name=name,
            idempotency_key=key,
            fingerprint=fingerprint,
        )
    logger.info("batch taken in", batch_id=batch.batch_id, caller=caller, state=batch.state)
    body, told = accepted(batch)
    return answer(202, body, headers | told | rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/batches"""
    return app.resolve(event, context)
