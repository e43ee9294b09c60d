"""The check of a batch, as its record tells it: what follows is decided here, before anything is spent."""

from collections.abc import Iterator
from dataclasses import replace

from plantain.batches.batch import BadRow, Batch
from plantain.batches.objects import BatchObjects
from plantain.batches.records import BatchRecords
from plantain.batches.reports import tell_unmade, tell_waiting
from plantain.batches.row_check import Checked, check_rows
from plantain.batches.rows import row_from
from plantain.batches.status import tell_status
from plantain.documents import BadDocument
from plantain.inbox.bucket import Inbox
from plantain.items import values_of
from plantain.job import now_ms
from plantain.jobs.standing import Standing
from plantain.network.dns import Dns
from plantain.spending.prices import prices
from plantain.wishes.terms import Terms

# What the check writes into the record.
_FOUND = {"state", "failure", "endedAt", "rows", "reused", "bad", "badRows", "price"}
NO_GOOD_ROW = "No row can be made; what is wrong with each is told beside it. Nothing was charged."


def checked(
    batch: Batch,
    terms: Terms,
    confirm_above_usd: float,
    *,
    records: BatchRecords,
    objects: BatchObjects,
    inbox: Inbox,
    standing: Standing,
    dns: Dns,
) -> Batch:
    """The batch as it goes on: running, waiting for a yes to its price, or failed. Its source is told.

    What people are to read is written before the state: who is stopped between the two is tried again.
    """
    try:
        found = check_rows(batch, terms, dns=dns, inbox=inbox, objects=objects, standing=standing)
        checked = _as_found(batch, found, confirm_above_usd)
    except BadDocument as bad:
        checked = replace(batch, state="failed", failure=f"The file cannot be used: {bad}. Nothing was charged.")
    if checked.state == "failed":
        checked = replace(checked, ended_at=now_ms())
        tell_unmade(checked, _bad_rows(checked, objects))
    elif checked.state == "waiting":
        tell_waiting(checked, confirm_above_usd)
    changes = {name: value for name, value in values_of(checked).items() if name in _FOUND}
    after = records.change(batch.batch_id, changes, only_from=("checking",)) or records.get(batch.batch_id)
    tell_status(after)
    return after


def _as_found(batch: Batch, found: Checked, confirm_above_usd: float) -> Batch:
    checked = replace(
        batch,
        rows=found.rows,
        reused=dict(found.reused),
        bad=found.bad,
        bad_rows=tuple(found.bad_rows),
        price=found.price,
    )
    if not found.rows:
        return replace(checked, state="failed", failure=NO_GOOD_ROW)
    waits = prices().usd(found.price) > confirm_above_usd
    return replace(checked, state="waiting" if waits else "running")


def _bad_rows(batch: Batch, objects: BatchObjects) -> Iterator[BadRow]:
    if batch.bad:
        for line in objects.lines(batch.batch_id, "errors.jsonl"):
            row = row_from(line)
            assert isinstance(row, BadRow)
            yield row
