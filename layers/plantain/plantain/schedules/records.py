"""The only module that knows the records of schedules, in the jobs table: none changes but by its keeper."""

import json
import os
from collections.abc import Iterator
from functools import cache
from itertools import batched
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.jobs.members import INDEX
from plantain.refusals import KeptElsewhere
from plantain.schedules.kept import Kept
from plantain.schedules.run import schedule_key

_BATCH = 100  # what DynamoDB gives at once

SCHEDULES = "schedules"  # the group of all schedules


class Schedules:
    """The table's schedules."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def get(self, name: str) -> Kept | None:
        """The schedule as it is now."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"id": schedule_key(name)}), ConsistentRead=True
        )
        return _kept(from_attributes(answer["Item"])) if "Item" in answer else None

    def put(self, kept: Kept) -> None:
        """Write it, new or again. Raises KeptElsewhere."""
        values = {
            "id": schedule_key(kept.name),
            "group": SCHEDULES,
            "member": kept.name,
            "document": json.dumps(kept.document, ensure_ascii=False),
            "keeper": kept.keeper,
            "keptBy": kept.kept_by,
            "writtenAt": kept.written_at,
            "scheduledBy": kept.caller,
            "version": kept.version,
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=to_attributes(values),
                ConditionExpression="attribute_not_exists(id) OR keeper = :keeper",
                ExpressionAttributeValues=to_attributes({":keeper": kept.keeper}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise self._elsewhere(kept.name) from None

    def delete(self, name: str, keeper: str) -> None:
        """Forget it; one that is not there is no error. Raises KeptElsewhere."""
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=to_attributes({"id": schedule_key(name)}),
                ConditionExpression="attribute_not_exists(id) OR keeper = :keeper",
                ExpressionAttributeValues=to_attributes({":keeper": keeper}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise self._elsewhere(name) from None

    def all(self) -> Iterator[Kept]:
        """Every schedule, by name. The list of names is eventually consistent."""
        for keys in batched(self._keys(), _BATCH, strict=False):
            wanted: Any = {self._table: {"Keys": list(keys)}}
            found: list[Kept] = []
            while wanted:
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
                found += [_kept(from_attributes(item)) for item in answer["Responses"][self._table]]
                wanted = answer["UnprocessedKeys"]
            yield from sorted(found, key=lambda kept: kept.name)

    def _keys(self) -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#group = :group",
            "ExpressionAttributeNames": {"#group": "group"},
            "ExpressionAttributeValues": to_attributes({":group": SCHEDULES}),
        }
        while True:
            answer = self._dynamodb.query(**query)
            yield from ({"id": item["id"]} for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _elsewhere(self, name: str) -> KeptElsewhere:
        kept = self.get(name)
        return KeptElsewhere(name, kept.kept_by if kept else "file")


def _kept(values: dict[str, Any]) -> Kept:
    return Kept(
        name=values["member"],
        document=json.loads(values["document"]),
        kept_by=values["keptBy"],
        written_at=values["writtenAt"],
        caller=values.get("scheduledBy"),
        version=values.get("version"),
    )


@cache
def schedules() -> Schedules:
    """The configured jobs table, reached at first use."""
    return Schedules(os.environ["JOBS_TABLE"], client("dynamodb"))
