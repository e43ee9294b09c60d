"""Lists what was spent by day, as spending/ledger.py counts it: all by the index byGroup, one name by its keys."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.spending.counters import Counter, Scope

INDEX = "byGroup"
_AT_ONCE = 100  # keys of one BatchGetItem
_TRIES = 20


@dataclass(frozen=True, slots=True)
class DayUse:
    """What one name of a scope has used on one UTC day, in credits; `used` is spent or reserved."""

    day: str
    name: str
    used: float
    spent: float
    images: int


class UsageDays:
    """The counters of days. Reads are eventually consistent."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def of(self, scope: Scope, first: dt.date, last: dt.date) -> Iterator[DayUse]:
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

    def of_one(self, scope: Scope, name: str, first: dt.date, last: dt.date) -> list[DayUse]:
        """Every day of this one name, as `of` has them; of others nothing is read."""
        days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        left = [to_attributes({"id": Counter(scope, name, str(day)).key}) for day in days]
        found: list[DayUse] = []
        for _ in range(_TRIES):
            if not left:
                return sorted(found, key=lambda use: use.day)
            answer = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": left[:_AT_ONCE]}})
            found += [_day_use(from_attributes(item)) for item in answer["Responses"].get(self._table, [])]
            unread = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            left = unread + left[_AT_ONCE:]
        raise TimeoutError("DynamoDB leaves too many reads unprocessed.")


def _day_use(values: dict[str, Any]) -> DayUse:
    name, _, day = values["id"].split("#", 2)[2].rpartition("#")
    used, spent, images = (values.get(sum_of, 0) for sum_of in ("usedCredits", "spentCredits", "imageCount"))
    return DayUse(day, name, used, spent, images)


@cache
def usage_days() -> UsageDays:
    """The configured jobs table, reached at first use."""
    return UsageDays(os.environ["JOBS_TABLE"], client("dynamodb"))
