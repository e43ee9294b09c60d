"""The only module that knows the records of batches, in the jobs table: no write leaves a final state."""

import os
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.batches.batch import BadRow, Batch
from plantain.errors import BatchNotFound
from plantain.faults import Fault
from plantain.items import fields_of, from_attributes, to_attributes, values_of
from plantain.job import Source, is_task_id


class BatchRecords:
    """Batch records."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def get(self, batch_id: str) -> Batch:
        """The batch as it is now (strongly consistent). Raises BatchNotFound."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(batch_id), ConsistentRead=True)
        if "Item" not in answer:
            raise BatchNotFound
        return _batch_from(answer["Item"])

    def put(self, batch: Batch) -> None:
        """Write a new batch."""
        try:
            self._dynamodb.put_item(**self.put_of(batch))
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # the id is new: what is there is this batch, written by a call whose answer was lost

    def put_of(self, batch: Batch) -> dict[str, Any]:
        """The DynamoDB Put that writes a new batch, alone or in a transaction."""
        return {
            "TableName": self._table,
            "Item": to_attributes(_key_values(batch.batch_id) | values_of(batch)),
            "ConditionExpression": "attribute_not_exists(id)",
        }

    def change(self, batch_id: str, changes: dict[str, Any], *, only_from: tuple[str, ...]) -> Batch | None:
        """The batch with these attributes set, or None if it is in no state of `only_from`."""
        values = {f":new_{name}": value for name, value in changes.items()}
        states = {f":state{number}": state for number, state in enumerate(only_from)}
        try:
            written = self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(batch_id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :new_{name}" for name in changes),
                ConditionExpression=f"attribute_exists(id) AND #state IN ({', '.join(states)})",
                ExpressionAttributeNames={f"#{name}": name for name in {*changes, "state"}},
                ExpressionAttributeValues=to_attributes(values | states),
                ReturnValues="ALL_NEW",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return _batch_from(written["Attributes"])


def _key_values(batch_id: str) -> dict[str, Any]:
    return {"id": f"batch#{batch_id}"}


def _key(batch_id: str) -> dict[str, Any]:
    return to_attributes(_key_values(batch_id))


def _batch_from(item: dict[str, Any]) -> Batch:
    fields = fields_of(Batch, from_attributes(item))
    fields["bad_rows"] = tuple(
        BadRow(row["number"], row["line"], tuple(Fault(**fault) for fault in row["faults"]))
        for row in fields.get("bad_rows", ())
    )
    if source := fields.get("source"):
        fields["source"] = Source(**source)
    return Batch(**fields)


@cache
def batch_records() -> BatchRecords:
    """The configured table, reached at first use."""
    return BatchRecords(os.environ["JOBS_TABLE"], client("dynamodb"))


def own_batch(batch_id: str, caller: str) -> Batch:
    """The caller's own batch, or one that was dropped, which is everybody's who has an API key.

    Raises BatchNotFound, of somebody else's as of none.
    """
    if not is_task_id(batch_id):
        raise BatchNotFound
    batch = batch_records().get(batch_id)
    if batch.door != "upload" and batch.caller != caller:
        raise BatchNotFound
    return batch
