"""Finds the jobs that were asked for together, by the table's index of groups: how far they are, their cost."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import State
from plantain.task import Charged

INDEX = "byGroup"


@dataclass(frozen=True, slots=True)
class Member:
    """One job of a group; credits where Kie.ai has told."""

    member: str
    task_id: str
    state: State
    charged: Charged
    credits: float | None

    @property
    def is_final(self) -> bool:
        """Whether nothing changes it any more."""
        return self.state in ("success", "fail")


class Members:
    """The index. Reads are eventually consistent."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def jobs_of(self, group: str) -> list[Member]:
        """Every job of the group, in order."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#group = :group",
            "ExpressionAttributeNames": {"#group": "group"},
            "ExpressionAttributeValues": to_attributes({":group": group}),
        }
        found: list[Member] = []
        while True:
            answer = self._dynamodb.query(**query)
            found += [_member(from_attributes(item)) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return found
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def credits_of(members: Sequence[Member]) -> float | None:
    """What they cost together, as far as Kie.ai has told; None if it has told of none."""
    told = [m.credits for m in members if m.credits is not None and m.charged == "yes"]
    return sum(told) if told else None


def _member(values: dict[str, Any]) -> Member:
    return Member(values["member"], values["taskId"], values["state"], _charged(values), values.get("credits"))


def _charged(values: dict[str, Any]) -> Charged:
    if failure := values.get("failure"):
        charged: Charged = failure["charged"]
        return charged
    if not values.get("createStartedAt"):
        return "no"  # also of a success: it was given the image of an earlier job
    return "yes" if values["state"] == "success" else "unknown"


@cache
def members() -> Members:
    """The configured jobs table, reached at first use."""
    return Members(os.environ["JOBS_TABLE"], client("dynamodb"))
