"""Pauses the creates of a stack and lets them go on: one attribute of one item in its table of jobs."""

import time
from dataclasses import dataclass
from typing import Any

PACE_KEY = "pace"  # as in the layer's pace/item.py


@dataclass(frozen=True, slots=True)
class Paused:
    """Creates wait, since `at` in ms since 1970. `by` is "operator", or "kie-credits": the balance is used up."""

    by: str
    reason: str
    at: int


class Pause:
    """The pause of a stack. Every method raises what boto3 raises."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._item = {"TableName": table, "Key": {"id": {"S": PACE_KEY}}}
        self._dynamodb = dynamodb

    def now(self) -> Paused | None:
        """None where creates are sent."""
        found = self._dynamodb.get_item(**self._item, ConsistentRead=True).get("Item", {}).get("paused")
        if found is None:
            return None
        paused = found["M"]
        return Paused(paused["by"]["S"], paused["reason"]["S"], int(paused["at"]["N"]))

    def pause(self, reason: str) -> None:
        """From now on, by an operator; of a pause that stands already, whoever began it, the beginning stays.

        So does its reason, if there is none now.
        """
        while not self._written(self.now(), reason):
            continue  # one has ended, or another one has begun

    def _written(self, standing: Paused | None, reason: str) -> bool:
        now = str(_now_ms())
        paused = {
            "by": {"S": "operator"},
            "reason": {"S": reason or (standing.reason if standing else "")},
            "at": {"N": str(standing.at) if standing else now},
            "lookedAt": {"N": now},
        }
        seen: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(paused)"}
        values: dict[str, Any] = {":paused": {"M": paused}}
        if standing:
            seen = {"ConditionExpression": "paused.#at = :at", "ExpressionAttributeNames": {"#at": "at"}}
            values[":at"] = {"N": str(standing.at)}
        try:
            self._dynamodb.update_item(
                **self._item, **seen, UpdateExpression="SET paused = :paused", ExpressionAttributeValues=values
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def resume(self) -> Paused | None:
        """End the pause there is; returns it. The clock of the pace has stood still: all keep their places."""
        while paused := self.now():
            try:
                self._dynamodb.update_item(
                    **self._item,
                    UpdateExpression="REMOVE paused ADD clockLag :gone",
                    ConditionExpression="paused.#at = :at",
                    ExpressionAttributeNames={"#at": "at"},
                    ExpressionAttributeValues={
                        ":gone": {"N": str(max(0, _now_ms() - paused.at))},
                        ":at": {"N": str(paused.at)},
                    },
                )
                return paused
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                continue  # it has ended by itself, or another one has begun
        return None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
