"""A batch: many wishes from one file, each a job of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from plantain.faults import Fault
from plantain.job import Door, Source, new_task_id, now_ms
from plantain.spending.prices import prices

BatchState = Literal["checking", "waiting", "running", "done", "failed", "expired"]

MAX_ROWS = 10_000  # children that one Distributed Map of ours is to have: their outputs stay below 256 KB


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be made, and why. `number` counts rows, `line` lines of the file, both from 1."""

    number: int
    line: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The record. Times are ms since the epoch, `price` and `credits` in Kie.ai's credits.

    `name` is what makes a batch the same when it is started again. `reference` is the file in the inbox, pinned.
    `rows` counts those that can be made, `reused` those of them, by state, that an earlier batch has made or is
    making, `bad` the others, of which `bad_rows` are the first. `price` is that of the rows not yet made.
    `counts` is how the rows have ended, by state.
    """

    batch_id: str
    caller: str
    door: Door
    name: str
    reference: str
    created_at: int
    stem: str = ""
    source: Source | None = None
    state: BatchState = "checking"
    rows: int = 0
    reused: Mapping[str, int] = field(default_factory=dict)
    bad: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    price: float = 0
    task_token: str | None = None
    confirmed_at: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    credits: float | None = None
    failure: str | None = None
    ended_at: int | None = None

    @property
    def is_final(self) -> bool:
        """Nothing changes a batch that has ended."""
        return self.state in ("done", "failed", "expired")

    @property
    def price_usd(self) -> float:
        """What the rows that are not yet made will cost, in USD."""
        return prices().usd(self.price)

    @property
    def group(self) -> str:
        """What its jobs have in common."""
        return f"batch#{self.batch_id}"


def new_batch(
    caller: str, door: Door, *, reference: str, name: str, source: Source | None = None, stem: str = ""
) -> Batch:
    """A fresh batch, not yet reserved in the table."""
    return Batch(
        batch_id=new_task_id(),
        caller=caller,
        door=door,
        name=name,
        reference=reference,
        created_at=now_ms(),
        stem=stem,
        source=source,
    )
