"""Batches: start one, look at it, say yes to its price."""

from typing import Literal

from plantain.batches.answers import BatchAccepted, BatchStatus
from plantain.batches.request import BatchRequest
from plantain.models import Model
from plantain.times import iso
from scripts.openapi import parameters
from scripts.openapi.examples import CREATED, PROMPT, S3, price
from scripts.openapi.operation import Body, Good, Operation
from scripts.openapi.problems import BATCH_ID

ROWS = "uploads/alice/01a206b0-11f4-7e02-b5a8-6c1d7f0e9a33.csv"

ITEMS = {
    "name": "spring cards",
    "items": [
        {"id": "leaf", "prompt": PROMPT, "resolution": "1K"},
        {"id": "tim", "preset": "quote-card", "quote": "Simple is better than complex.", "author": "Tim Peters"},
    ],
}


def _accepted(state: Literal["checking", "running"]) -> BatchAccepted:
    return {"batchId": BATCH_ID, "state": state}


def batch(model: Model) -> BatchStatus:
    """A batch that is done, with a row that could not be made and one that failed."""
    there = f"https://your-images.{S3}/batches/{BATCH_ID}"
    return {
        "batchId": BATCH_ID,
        "state": "done",
        "name": "spring cards",
        "rows": 4,
        "reused": 0,
        "counts": {"pending": 0, "processing": 0, "success": 2, "fail": 1, "invalid": 1},
        "badRows": [
            {
                "row": 3,
                "line": 4,
                "errors": [{"pointer": "/resolution", "detail": f"must be one of {', '.join(model.resolutions)}"}],
            }
        ],
        "errorsUrl": f"{there}/errors.jsonl?X-Amz-Signature=0a1b2c",
        "price": price(model, 3),
        "cost": price(model, 2),
        "failMsg": None,
        "resultsUrl": f"{there}/results.jsonl?X-Amz-Signature=0a1b2c",
        "createdAt": iso(CREATED),
        "endedAt": iso(CREATED + 41_210),
    }


OPERATIONS = (
    Operation(
        "submit_batch",
        "submitBatch",
        "Start a batch",
        "Many wishes, a row each: in the call as `items`, or in an uploaded file as `key`. All rows are "
        "checked before anything is spent; those that cannot be made are named by line and stop no other. A row "
        "is a wish as `generateImage` takes it, names in snake_case allowed, with an `id` if you like; beside a "
        "`preset`, what is no setting is a variable of it. Under the same `name`, a row (its id and its wish) "
        "that has an image, or may have been paid for, is not made again.",
        {
            202: Good(
                "Taken in. Ask for its status after `Retry-After` seconds.",
                BatchAccepted,
                _accepted("checking"),
                headers="Location Retry-After Idempotency-Replayed",
            )
        },
        body=Body((BatchRequest,), {"items": ITEMS, "file": {"name": "spring cards", "key": ROWS}}),
        parameters=(parameters.BATCH_KEY,),
        problems="invalid-batch claim-in-flight idempotency-key-reused too-many-requests batch-starting-broke",
        links={"status": ("getBatch", "batchId"), "confirm": ("confirmBatch", "batchId")},
    ),
    Operation(
        "get_batch",
        "getBatch",
        "Look at a batch",
        "How far its rows are, what is wrong with those that cannot be made, its price and its cost; once it "
        "is `done`, where `results.jsonl` is. Of your own batches, and of those that were dropped into the inbox.",
        {200: Good("The batch as it is now.", BatchStatus, batch, headers="Retry-After")},
        parameters=(parameters.BATCH_ID,),
        problems="batch-not-found batch-reading-broke",
    ),
    Operation(
        "confirm_batch",
        "confirmBatch",
        "Say yes to the price of a batch",
        "One whose price is above the operator's limit waits seven days for this, in the state `waiting`. "
        "Said again, or to one that needs none, it changes nothing.",
        {
            202: Good(
                "It runs.",
                BatchAccepted,
                {"batchId": BATCH_ID, "state": "running"},
                headers="Location Retry-After",
            )
        },
        parameters=(parameters.BATCH_ID,),
        problems="batch-not-found batch-not-ready batch-ended batch-confirming-broke",
    ),
)
