"""What the world sees of a batch: the JSON of its status."""

from collections import Counter
from typing import TYPE_CHECKING

from plantain.batches.batch import Batch
from plantain.batches.objects import batch_objects
from plantain.http.api import RETRY_AFTER_SECONDS
from plantain.jobs.members import credits_of, members
from plantain.spending.prices import prices
from plantain.times import iso

if TYPE_CHECKING:
    from plantain.batches.answers import BatchAccepted, BatchStatus, RowCounts


def batch_view(batch: Batch) -> "BatchStatus":
    """A batch as its caller sees it. While it runs its jobs are counted, then the record tells."""
    counts, credits = Counter(batch.counts), batch.credits
    if batch.state == "running" or (batch.is_final and not counts and batch.rows):
        counts, credits = _counted(batch)
    results = batch_objects().link(batch.batch_id, "results.jsonl") if batch.state == "done" else None
    errors = batch_objects().link(batch.batch_id, "errors.jsonl") if batch.bad else None
    return {
        "batchId": batch.batch_id,
        "state": batch.state,
        "name": batch.name,
        "rows": batch.rows + batch.bad,
        "reused": sum(batch.reused.values()),
        "counts": _row_counts(batch, counts),
        "badRows": [
            {
                "row": row.number,
                "line": row.line,
                "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in row.faults],
            }
            for row in batch.bad_rows
        ],
        "errorsUrl": errors.url if errors else None,
        "price": prices().cost(batch.price),
        "cost": prices().cost(credits or 0),
        "failMsg": batch.failure,
        "resultsUrl": results.url if results else None,
        "createdAt": iso(batch.created_at),
        "endedAt": iso(batch.ended_at) if batch.ended_at else None,
    }


def accepted(batch: Batch) -> tuple["BatchAccepted", dict[str, str]]:
    """What is answered of a batch that goes on, and the headers that say where to look and when."""
    headers = {"Location": f"/api/batches/{batch.batch_id}", "Retry-After": str(RETRY_AFTER_SECONDS)}
    return {"batchId": batch.batch_id, "state": batch.state}, headers


def _counted(batch: Batch) -> tuple[Counter[str], float | None]:
    """The batch's own jobs as they are, and those of earlier ones as they were when its rows were checked."""
    own = members().jobs_of(batch.group)
    return Counter[str](job.state for job in own) + Counter(batch.reused), credits_of(own)


def _row_counts(batch: Batch, counts: Counter[str]) -> "RowCounts":
    """Whatever is not known to be further waits, for its turn or at Kie.ai."""
    return {
        "pending": max(0, batch.rows - counts["processing"] - counts["success"] - counts["fail"]),
        "processing": counts["processing"],
        "success": counts["success"],
        "fail": counts["fail"],
        "invalid": batch.bad,
    }
