"""Finds the jobs that have not ended, and failed ones nobody has seen to, by the table's sparse index of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.jobs.records import OPEN, UNSETTLED

INDEX = "byOpen"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the index tells of a job. `created_at` in ms; `in_doubt`: whether Kie.ai has charged, nobody knows."""

    task_id: str
    created_at: int
    in_doubt: bool


class OpenJobs:
    """The index. Reads are eventually consistent."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def unended(self) -> Iterator[Listed]:
        """Every job that has not ended, the oldest first."""
        return self._found(OPEN, 0)

    def unsettled(self, since: int) -> Iterator[Listed]:
        """Failed jobs asked for since then (ms) that have or may have cost money, the oldest first."""
        return self._found(UNSETTLED, since)

    def _found(self, partition: str, since: int) -> Iterator[Listed]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#open = :open AND createdAt >= :since",
            "ExpressionAttributeNames": {"#open": "open"},
            "ExpressionAttributeValues": to_attributes({":open": partition, ":since": since}),
        }
        while True:
            answer = self._dynamodb.query(**query)
            for item in answer["Items"]:
                yield _listed(from_attributes(item))
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _listed(values: dict[str, Any]) -> Listed:
    if failure := values.get("failure"):
        in_doubt = failure["charged"] != "yes"  # of what seemed to be free, Kie.ai has rung for a task
    else:
        in_doubt = "unknownSince" in values and "kieTaskId" not in values
    return Listed(values["taskId"], values["createdAt"], in_doubt)


@cache
def open_jobs() -> OpenJobs:
    """The configured jobs table, reached at first use."""
    return OpenJobs(os.environ["JOBS_TABLE"], client("dynamodb"))
