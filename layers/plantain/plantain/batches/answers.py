"""What the HTTP API answers of batches, field by field; openapi.yaml is made of this, too."""

from typing import TypedDict

from plantain.batches.batch import BatchState
from plantain.formats import Moment, Url, Uuid
from plantain.http.problem_details import BadField
from plantain.spending.answers import Cost


class BatchAccepted(TypedDict):
    """A batch that was taken in."""

    batchId: Uuid
    """The batch's name from now on."""
    state: BatchState
    """Its state at this moment."""


class RowCounts(TypedDict):
    """How many rows are how far; together all of them."""

    pending: int
    """Waiting: for the check, for a yes, for their turn or at Kie.ai."""
    processing: int
    """Being drawn or copied."""
    success: int
    """Have their image in the bucket."""
    fail: int
    """Will have no image."""
    invalid: int
    """Cannot be made as they are; nothing was spent on them."""


class BadRow(TypedDict):
    """A row that cannot be made."""

    row: int
    """Its number, from 1."""
    line: int
    """Its line in the file, from 1; of inline items the same as its number."""
    errors: list[BadField]
    """What is wrong with it."""


class BatchStatus(TypedDict):
    """A batch as its caller sees it. Fields may be added."""

    batchId: Uuid
    """The batch's name."""
    state: BatchState
    """`checking`: every row is looked at, nothing is spent. `waiting`: its price wants a yes.
    `running`: images are made. `done`: every row has ended. `failed`: none was made, or it was stopped.
    `expired`: nobody said yes."""
    name: str
    """What makes it the same when it is started again."""
    rows: int
    """How many rows the file has, once they are checked."""
    reused: int
    """How many of them an earlier batch of this name has made or was making; they cost nothing again."""
    counts: RowCounts
    """How far the rows are."""
    badRows: list[BadRow]
    """The first 50 rows that cannot be made."""
    errorsUrl: Url | None
    """A presigned link to all of those, as JSON Lines; null if there is none."""
    price: Cost
    """What the rows will cost that are not made yet."""
    cost: Cost
    """What its jobs have cost so far, as Kie.ai has told."""
    failMsg: str | None
    """Why it failed or expired, for people."""
    resultsUrl: Url | None
    """A presigned link to `results.jsonl`, one line a row in the order of the file; null until `done`."""
    createdAt: Moment
    """When it was taken in."""
    endedAt: Moment | None
    """When it ended."""
