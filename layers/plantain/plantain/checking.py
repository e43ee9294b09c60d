"""The check of a batch, as its record tells it: what follows is decided here, before anything is spent."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from plantain.batch import BadRow, Batch
from plantain.batch_check import Checked, check_rows
from plantain.batch_objects import BatchObjects
from plantain.batch_records import BatchRecords
from plantain.batch_reports import tell_unmade, tell_waiting
from plantain.batch_rows import row_from
from plantain.dns import Dns
from plantain.documents import BadDocument
from plantain.inbox import Inbox
from plantain.job import now_ms
from plantain.models import USD_PER_CREDIT
from plantain.request import Terms
from plantain.standing import Standing

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
    """The batch as it goes on: running, waiting for a yes to its price, or failed. Its source is told."""
    try:
        found = check_rows(batch, terms, dns=dns, inbox=inbox, objects=objects, standing=standing)
        changes = _changes(found, confirm_above_usd)
    except BadDocument as bad:
        changes = {"state": "failed", "failure": f"The file cannot be used: {bad}. Nothing was charged."}
    if changes["state"] == "failed":
        changes["endedAt"] = now_ms()
    after = records.change(batch.batch_id, changes, only_from=("checking",)) or records.get(batch.batch_id)
    if after.state == "failed":
        tell_unmade(after, _bad_rows(after, objects))
    elif after.state == "waiting":
        tell_waiting(after, confirm_above_usd)
    return after


def _changes(found: Checked, confirm_above_usd: float) -> dict[str, Any]:
    told = {
        "rows": found.rows,
        "reused": dict(found.reused),
        "bad": found.bad,
        "badRows": [asdict(row) for row in found.bad_rows],
        "price": found.price,
    }
    if not found.rows:
        return told | {"state": "failed", "failure": NO_GOOD_ROW}
    waits = found.price * USD_PER_CREDIT > confirm_above_usd
    return told | {"state": "waiting" if waits else "running"}


def _bad_rows(batch: Batch, objects: BatchObjects) -> Iterator[BadRow]:
    if batch.bad:
        for line in objects.lines(batch.batch_id, "errors.jsonl"):
            row = row_from(line)
            assert isinstance(row, BadRow)
            yield row
