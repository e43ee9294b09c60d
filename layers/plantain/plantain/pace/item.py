"""The one item of the jobs table that holds the pace of the account, and whether creates are paused.

Its attributes: `nextAt`, `frontAt`, `shareAt`, `shift`, `turns`, `turn0` to `turn19` (pace/create_pace.py),
`clockLag`, `slowedAt` (pace/clock.py), `paused` (pace/pausing.py), `balance`, `balanceAt` (kie/balance.py).
"""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import Balance
from plantain.pace.clock import PaceClock

KEY = "pace"
TURNS = 20

By = Literal["operator", "kie-credits"]


@dataclass(frozen=True, slots=True)
class Paused:
    """Creates wait. `at` is since when, `looked_at` when the balance was last asked for: ms since the epoch."""

    by: By
    reason: str
    at: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The item as it was read."""

    values: dict[str, Any]

    def __getitem__(self, name: str) -> int:
        """A number of it; 0 where nobody has written one yet."""
        return int(self.values.get(name, 0))

    @property
    def clock(self) -> PaceClock:
        """The clock that slots and turns are times of."""
        return PaceClock(self["clockLag"], self["slowedAt"])

    @property
    def paused(self) -> Paused | None:
        """None where creates are sent."""
        found = self.values.get("paused")
        return Paused(found["by"], found["reason"], found["at"], found.get("lookedAt", 0)) if found else None

    @property
    def balance(self) -> Balance | None:
        """What was left at Kie.ai when somebody last looked."""
        at = self.values.get("balanceAt")
        return Balance(self.values["balance"], at) if at else None


class PaceItem:
    """Reads it consistently, and changes it by one conditional write each."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def read(self) -> Pace:
        """The item now, an empty one if there is none. Raises what AWS raises."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"id": KEY}), ConsistentRead=True
        )
        return Pace(from_attributes(answer.get("Item", {})))

    def write(self, update: str, condition: str, values: dict[str, Any]) -> Pace | None:
        """The item after it, or None if the condition did not hold. Raises what AWS raises.

        An attribute whose name DynamoDB keeps for itself is written #by, #at.
        """
        names = {f"#{name}": name for name in ("by", "at") if f"#{name}" in update + condition}
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key=to_attributes({"id": KEY}),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=to_attributes(values),
                ReturnValues="ALL_NEW",
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return Pace(from_attributes(answer["Attributes"]))


@cache
def pace_item() -> PaceItem:
    """The item in the configured table, reached at first use."""
    return PaceItem(os.environ["JOBS_TABLE"], client("dynamodb"))
