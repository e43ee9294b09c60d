"""Keeps schedules: each by one keeper, in the jobs table, where nobody else may change it."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import KeptElsewhere
from plantain.items import from_attributes, to_attributes
from plantain.jobs.members import INDEX
from plantain.schedules.run_id import SCHEDULES, schedule_key

_BATCH = 100  # what DynamoDB gives at once

KeptBy = Literal["file", "http", "template"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule that was checked, and who keeps it: a file, a caller over HTTP, or the template.

    `document` is in the words of a file; `written_at` in ms; `version` is the file's.
    """

    name: str
    document: Mapping[str, Any]
    kept_by: KeptBy
    written_at: int
    caller: str | None = None
    version: str | None = None

    @property
    def keeper(self) -> str:
        """Who alone may change it."""
        return f"{self.kept_by} {self.caller or ''}".strip()

    @property
    def asks_as(self) -> str:
        """The caller of its jobs: who keeps it over HTTP sees them as its own."""
        return self.caller or f"schedules/{self.name}"


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
        except ClientError as error:
            raise self._elsewhere(error, kept.name) from None

    def delete(self, name: str, keeper: str) -> None:
        """Forget it; one that is not there is no error. Raises KeptElsewhere."""
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=to_attributes({"id": schedule_key(name)}),
                ConditionExpression="attribute_not_exists(id) OR keeper = :keeper",
                ExpressionAttributeValues=to_attributes({":keeper": keeper}),
            )
        except ClientError as error:
            raise self._elsewhere(error, name) from None

    def all(self) -> Iterator[Kept]:
        """Every schedule, by name. The list of names is eventually consistent."""
        keys = list(self._keys())
        for first in range(0, len(keys), _BATCH):
            wanted: Any = {self._table: {"Keys": keys[first : first + _BATCH]}}
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

    def _elsewhere(self, error: ClientError, name: str) -> Exception:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            return error
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
