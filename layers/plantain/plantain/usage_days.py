"""Lists what was spent day by day, by the index byGroup of the counters that ledger.py writes."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.counters import Scope
from plantain.items import from_attributes, to_attributes

INDEX = "byGroup"


@dataclass(frozen=True, slots=True)
class DayUse:
    """What one name of a scope has used on one UTC day, in credits; `used` is spent or reserved."""

    day: str
    name: str
    used: float
    spent: float
    images: int


class UsageDays:
    """The index. Reads are eventually consistent."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def of(self, scope: Scope, first: str, last: str) -> Iterator[DayUse]:
        """Every day of every name of this scope, from `first` to `last`, both included, in order."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#group = :group AND #member BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#group": "group", "#member": "member"},
            # "$" comes right behind the "#" that ends a day.
            "ExpressionAttributeValues": to_attributes(
                {":group": f"usage#{scope}", ":first": f"{first}#", ":last": f"{last}$"}
            ),
        }
        while True:
            answer = self._dynamodb.query(**query)
            for item in answer["Items"]:
                yield _day_use(from_attributes(item))
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _day_use(values: dict[str, Any]) -> DayUse:
    day, _, name = values["member"].partition("#")
    used, spent, images = (values.get(sum_of, 0) for sum_of in ("usedCredits", "spentCredits", "imageCount"))
    return DayUse(day, name, used, spent, images)


@cache
def usage_days() -> UsageDays:
    """The configured jobs table, reached at first use."""
    return UsageDays(os.environ["JOBS_TABLE"], client("dynamodb"))
