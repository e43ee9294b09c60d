"""Says yes to the price of a batch that waits for it."""

from plantain.batches.batch import Batch
from plantain.batches.executions import batch_executions
from plantain.batches.records import batch_records
from plantain.http.problems import batch_ended, batch_not_ready
from plantain.job import now_ms


def confirm(batch: Batch) -> Batch:
    """The batch, which goes on; said twice, or to one that runs already, it changes nothing.

    Raises Problem: batch_not_ready, batch_ended.
    """
    changes = {"state": "running", "confirmedAt": now_ms()}
    after = batch_records().change(batch.batch_id, changes, only_from=("waiting",))
    after = after or batch_records().get(batch.batch_id)
    if after.state == "checking":
        raise batch_not_ready()
    if after.failure:
        raise batch_ended(after.failure)
    if after.task_token and after.state == "running":
        batch_executions().wake(after.task_token)
    return after
