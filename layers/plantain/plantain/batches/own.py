"""Whose a batch is: its caller's; of the drop folder's, everybody's who has an API key."""

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from plantain.batches.batch import Batch
from plantain.batches.records import batch_records
from plantain.errors import BatchNotFound
from plantain.http.api import caller_of
from plantain.job import is_task_id


def own_batch(event: APIGatewayProxyEventV2, batch_id: str) -> Batch:
    """The caller's own batch, or one that was dropped. Raises BatchNotFound, of somebody else's as of none."""
    if not is_task_id(batch_id):
        raise BatchNotFound
    batch = batch_records().get(batch_id)
    if batch.door != "upload" and batch.caller != caller_of(event):
        raise BatchNotFound
    return batch
