"""Reads the JSON documents of batches. Each raises KeyError, TypeError or ValueError where it is another one."""

from __future__ import annotations

from plantain_client.batch import BadRow, Batch, BatchState, RowCounts
from plantain_client.fields import listed, moment, name, or_none, text, whole, word
from plantain_client.resolved import cost_from
from plantain_client.task import Document


def batch_taken_from(document: Document) -> tuple[str, BatchState]:
    """The id and state of a batch that was taken in."""
    return name(document["batchId"]), word(document["state"], BatchState)


def batch_from(document: Document) -> Batch:
    """A batch."""
    counts = document["counts"]
    return Batch(
        batch_id=name(document["batchId"]),
        state=word(document["state"], BatchState),
        name=text(document["name"]),
        rows=whole(document["rows"]),
        reused=whole(document["reused"]),
        counts=RowCounts(*(whole(counts[of]) for of in ("pending", "processing", "success", "fail", "invalid"))),
        bad_rows=listed(document["badRows"], _bad_row),
        price=cost_from(document["price"]),
        cost=cost_from(document["cost"]),
        fail_msg=or_none(text, document.get("failMsg")),
        results_url=or_none(text, document.get("resultsUrl")),
        errors_url=or_none(text, document.get("errorsUrl")),
        created_at=moment(document["createdAt"]),
        ended_at=or_none(moment, document.get("endedAt")),
        document=document,
    )


def _bad_row(document: Document) -> BadRow:
    return BadRow(whole(document["row"]), whole(document["line"]), listed(document["errors"], _fault))


def _fault(document: Document) -> tuple[str, str]:
    return text(document["pointer"]), text(document["detail"])
