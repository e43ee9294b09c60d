"""The tag on the file that a batch was dropped as: what the batch's record says, whoever writes it."""

from plantain.batches.batch import Batch
from plantain.batches.records import batch_records
from plantain.reports.telling import Status, settle


def tell_status(batch: Batch) -> None:
    """Tell the file how it goes with its batch now. Safe to repeat; a batch that was not dropped has no file."""
    if batch.source:
        settle(batch.source, lambda: status_of(batch_records().get(batch.batch_id)))


def status_of(batch: Batch) -> Status:
    """A success is a batch each of whose rows has its picture, and a batch that waits for a yes is accepted."""
    if not batch.is_final:
        return "accepted"
    made = batch.counts.get("success", 0)
    return "success" if batch.state == "done" and made == batch.rows and not batch.bad else "fail"
