"""What one can ask of Plantain about batches, for the blocking and the async client alike."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import quote

from plantain_client.asking import CREATE_TRIES, READ_TRIES, ask
from plantain_client.batch import Batch, BatchRef
from plantain_client.batch_documents import batch_from, batch_taken_from
from plantain_client.errors import BatchRunning, PlantainError
from plantain_client.exchange import Operation, Send
from plantain_client.operations import INTERVAL, until_next_look
from plantain_client.uploading import upload_rows

BATCH_ATTEMPTS = 1200  # an hour, by the usual interval

OnBatchProgress = Callable[[Batch], object]


def submit_batch(
    rows: str | PathLike[str] | Sequence[Mapping[str, Any]],
    *,
    name: str | None = None,
    idempotency_key: str | None = None,
) -> Operation[BatchRef]:
    """Start a batch; answers as soon as it was taken in. Its rows are checked then, before anything is spent.

    `rows`: the path of a CSV or JSON Lines file, which is uploaded first (up to 20 MB), or up to 1,000 mappings.
    Each is a wish in the words of the HTTP API or of files, with an `id` if you like; beside a `preset`, what is
    no setting is a variable of it. Under the same `name` (by default the file's own, or what stands for the rows'
    content) a row that has its image, or may have been paid for, is not made again.

    Raises OSError, UnusableRows, InvalidRequest, other ApiErrors, StorageRefused, TransportFailed, NotPlantain.
    """
    if isinstance(rows, str | PathLike):
        name = Path(rows).name if name is None else name
        return (yield from start_batch({"key": (yield from upload_rows(rows))}, name, idempotency_key))
    return (yield from start_batch({"items": [dict(row) for row in rows]}, name, idempotency_key))


def start_batch(
    rows: Mapping[str, Any], name: str | None, idempotency_key: str | None = None
) -> Operation[BatchRef]:
    """Start a batch of `items`, or of the file that was uploaded under a `key`."""
    body = dict(rows) if name is None else {**rows, "name": name}
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    send = Send("POST", "/api/batches", json=body, headers=headers)
    reply = yield from ask(send, batch_taken_from, tries=CREATE_TRIES, charged="unknown")
    return BatchRef(*reply.said, reply.replayed, reply.retry_after)


def get_batch(batch_id: str | BatchRef) -> Operation[Batch]:
    """The batch as it is now: one of your own, or one that was dropped into the inbox. Raises BatchNotFound."""
    return (yield from _look(_id_of(batch_id), READ_TRIES))[0]


def confirm_batch(batch_id: str | BatchRef) -> Operation[BatchRef]:
    """Say yes to the price of a batch that is `waiting`; said again, it changes nothing.

    Raises BatchNotFound; ApiError, with the code `batch-not-ready` while it is `checking`, and `batch-ended` if it
    has failed or expired.
    """
    send = Send("POST", f"{_path(_id_of(batch_id))}/confirm")
    reply = yield from ask(send, batch_taken_from, charged="unknown")
    return BatchRef(*reply.said, retry_after=reply.retry_after)


def wait_for_batch(
    batch_id: str | BatchRef,
    max_attempts: int = BATCH_ATTEMPTS,
    interval: float = INTERVAL,
    on_progress: OnBatchProgress | None = None,
) -> Operation[Batch]:
    """The batch once it has ended, well or not, or is `waiting` for a yes to its price (`confirm_batch`).

    Looks every `interval` seconds, or less often if Plantain asks for that. Raises BatchRunning if that has not
    come after `max_attempts` looks; the batch goes on. A look that fails in a way that can pass counts as one.
    """
    batch_id = _id_of(batch_id)
    batch: Batch | None = None
    problem: PlantainError | None = None
    for attempt in range(1, max_attempts + 1):
        try:
            batch, pause = yield from _look(batch_id, 1)
        except PlantainError as error:
            if not error.retryable:
                raise
            problem, pause = error, error.retry_after
        else:
            problem = None
            if on_progress:
                on_progress(batch)
            if batch.has_ended or batch.state == "waiting":
                return batch
        if attempt < max_attempts:
            yield until_next_look(interval, pause)
    raise BatchRunning(batch_id, batch.state if batch else None, problem) from problem


def _look(batch_id: str, tries: int) -> Operation[tuple[Batch, float | None]]:
    reply = yield from ask(Send("GET", _path(batch_id)), batch_from, tries=tries)
    return reply.said, reply.retry_after


def _path(batch_id: str) -> str:
    return f"/api/batches/{quote(batch_id, safe='')}"


def _id_of(batch: str | BatchRef) -> str:
    return batch if isinstance(batch, str) else batch.batch_id
