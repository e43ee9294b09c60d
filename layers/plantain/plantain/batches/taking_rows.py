"""Takes one row of a batch: reserves its job, or finds the one that an earlier batch has made of it."""

from plantain.batches.batch import MAX_ROWS, Batch
from plantain.batches.checked_rows import ReadyRow, row_from
from plantain.batches.objects import batch_objects
from plantain.job import new_job
from plantain.jobs.reservations import Reservation, reservations

_DIGITS = len(str(MAX_ROWS))  # members sort as rows do


def take_row(batch: Batch, first: int, last: int) -> Reservation:
    """The job of the row in these bytes of the checked rows. Raises ClaimInFlight."""
    row = row_from(batch_objects().part(batch.batch_id, "rows.jsonl", first, last))
    assert isinstance(row, ReadyRow)
    job = new_job(
        batch.caller,
        batch.door,
        row.request,
        preset=row.preset,
        group=batch.group,
        member=f"{row.number:0{_DIGITS}}",
        stem=f"{batch.stem}-{row.id}" if batch.stem else row.id,
    )
    return reservations().reserve_for_good(job, row.claim)


def seconds_after(looks: int) -> int:
    """How long to wait before the next look at a job that somebody else's execution makes: ever longer, to 900."""
    return 900 if looks > 9 else 2**looks
