"""Ends a batch: with its results, or as its execution has ended when nothing else could."""

from plantain.batches.batch import Batch
from plantain.batches.records import batch_records
from plantain.batches.reports import tell_problems, tell_status, tell_stopped, tell_unmade
from plantain.batches.results import write_results
from plantain.job import now_ms

EXPIRED = "BatchExpired"  # the error that generate_batch ends by when nobody says yes

_STOPPED = (
    "The batch was stopped before its end, or broke. Images that were asked for by then are still made and "
    "charged. Start it again for the others: rows that have a picture are not made again."
)
_NOT_BEGUN = "The batch was stopped, or broke, before any row was sent. Nothing was charged."
_NOT_CONFIRMED = "Nobody said yes to its price within seven days. Nothing was charged."


def finish(batch: Batch) -> Batch:
    """Write the results of a batch whose rows have all been taken, and tell its source."""
    results = write_results(batch)
    tell_problems(batch, results.problems, results.more, results.charged)
    changes = {
        "state": "done",
        "counts": dict(results.counts),
        "credits": results.credits,
        "endedAt": now_ms(),
    }
    done = batch_records().change(batch.batch_id, changes, only_from=("running", "done"))
    return _told(done or batch_records().get(batch.batch_id))


def end_batch(batch: Batch, error: str) -> Batch:
    """End a batch whose execution is gone, unless it has ended already. `error` is what the execution ended by.

    Its source is told in any case: who ended it before may have been stopped before telling.
    """
    if error == EXPIRED:
        # A yes that came as the wait ended has made it run, in its record alone.
        ended = _ended(batch, "expired", _NOT_CONFIRMED, "checking", "waiting", "running")
    else:
        ended = _ended(batch, "failed", _NOT_BEGUN, "checking", "waiting")
        ended = ended or _ended(batch, "failed", _STOPPED, "running")
    ended = ended or batch_records().get(batch.batch_id)
    if ended.failure == _STOPPED:
        tell_stopped(ended)
    elif ended.failure:
        tell_unmade(ended)
    return _told(ended)


def _ended(batch: Batch, state: str, failure: str, *only_from: str) -> Batch | None:
    changes = {"state": state, "failure": failure, "endedAt": now_ms()}
    return batch_records().change(batch.batch_id, changes, only_from=only_from)


def _told(batch: Batch) -> Batch:
    tell_status(batch)
    return batch
