"""The check of a batch, as its record tells it: what follows is decided here, before anything is spent."""

import os
from collections.abc import Iterator
from dataclasses import replace

from plantain.batches.batch import BadRow, Batch
from plantain.batches.checked_rows import row_from
from plantain.batches.file_check import Checked, check_file
from plantain.batches.objects import batch_objects
from plantain.batches.records import batch_records
from plantain.batches.reports import tell_status, tell_unmade, tell_waiting
from plantain.documents import BadDocument
from plantain.items import values_of
from plantain.job import now_ms
from plantain.spending.prices import prices
from plantain.wishes.terms import terms_of

# What the check writes into the record.
_FOUND = {"state", "failure", "endedAt", "rows", "reused", "bad", "badRows", "price"}
NO_GOOD_ROW = "No row can be made; what is wrong with each is told beside it. Nothing was charged."


def checked(batch: Batch) -> Batch:
    """The batch as it goes on: running, waiting for a yes to its price, or failed. Its source is told.

    What people are to read is written before the state: who is stopped between the two is tried again.
    """
    confirm_above_usd = float(os.environ["BATCH_CONFIRM_USD"])
    try:
        found = check_file(batch, terms_of(batch.caller, from_inbox=batch.door == "upload"))
        checked = _as_found(batch, found, confirm_above_usd)
    except BadDocument as bad:
        checked = replace(batch, state="failed", failure=f"The file cannot be used: {bad}. Nothing was charged.")
    if checked.state == "failed":
        checked = replace(checked, ended_at=now_ms())
        tell_unmade(checked, _bad_rows(checked))
    elif checked.state == "waiting":
        tell_waiting(checked, confirm_above_usd)
    changes = {name: value for name, value in values_of(checked).items() if name in _FOUND}
    after = batch_records().change(batch.batch_id, changes, only_from=("checking",))
    after = after or batch_records().get(batch.batch_id)
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


def _bad_rows(batch: Batch) -> Iterator[BadRow]:
    if batch.bad:
        for line in batch_objects().lines(batch.batch_id, "errors.jsonl"):
            row = row_from(line)
            assert isinstance(row, BadRow)
            yield row
