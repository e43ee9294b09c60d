"""Batches: many wishes at once, a row each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from plantain_client.task import Cost, Document

BatchState = Literal["checking", "waiting", "running", "done", "failed", "expired"]


@dataclass(frozen=True, slots=True)
class BatchRef:
    """A batch that was taken in. `replayed`: by an earlier call with the same idempotency key."""

    batch_id: str
    state: BatchState
    replayed: bool = False
    retry_after: float | None = None  # seconds until the first look makes sense


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows are how far. `invalid` ones cannot be made as they are; nothing is spent on them."""

    pending: int
    processing: int
    success: int
    fail: int
    invalid: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be made. `errors` are pairs of a JSON pointer and what is wrong there."""

    row: int
    line: int
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was at the moment of asking.

    `checking`: every row is looked at, nothing is spent. `waiting`: its price wants a yes. `running`: images are
    made. `done`: every row has ended, well or not. `failed`: none was made, or it was stopped. `expired`: nobody
    said yes in seven days. `reused` rows had been made, or asked for, by an earlier batch of this name. `price` is
    that of the rows not made yet, `cost` what Kie.ai has told of until now. The links are signed and live for an
    hour. `document` is the whole JSON object as it came.
    """

    batch_id: str
    state: BatchState
    name: str
    rows: int
    reused: int
    counts: RowCounts
    bad_rows: tuple[BadRow, ...]
    price: Cost
    cost: Cost
    fail_msg: str | None
    results_url: str | None = field(repr=False)
    errors_url: str | None = field(repr=False)
    created_at: dt.datetime
    ended_at: dt.datetime | None
    document: Document = field(repr=False, compare=False)

    @property
    def has_ended(self) -> bool:
        """Whether nothing changes it any more."""
        return self.state in ("done", "failed", "expired")

    @property
    def is_complete(self) -> bool:
        """Whether every row has its image."""
        return self.state == "done" and self.counts.success == self.rows
