"""One pace for the whole account: a job reserves a slot in the jobs table, waits for its time, and takes its turn.

Slots are evenly spaced, first come first served, whichever door, function or retry asks: they say who goes when.
Turns keep the limit: the table holds when the last ones were taken, and who comes late is sent at once where there
is room, so that a slot that nobody could use is not lost. At 18 in 10 s there are 20 turns in 11.1 s, each used
within LATE_MS or not at all: no more than 20, Kie.ai's limit, arrive in any 10 s, as long as the ways there differ
by no more than 0.6 s.
"""

import os
import time
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import Job, now_ms

LATE_MS = 500
EARLY_MS = 1_000  # a job sets out so long before its slot and sleeps the rest: a cold start takes that
TURNS = 20
_WINDOW_MS = 10_000
PATIENCE_MS = 3_000  # for room, where others have come a little late: a new slot would be behind everybody


def seconds_ahead(slot: int) -> int:
    """How many whole seconds the state machine is to wait for this slot; 0 when it is here or nearly."""
    return max(0, slot - now_ms() - EARLY_MS) // 1000


def sleep_until(slot: int | None) -> None:
    """Wait for what `seconds_ahead` has left over."""
    ahead = 0 if slot is None else slot - now_ms()
    if ahead > 0:
        time.sleep(ahead / 1000)


def is_over(turn: int | None) -> bool:
    """Whether it is too late to send in this turn."""
    return turn is not None and now_ms() > turn + LATE_MS


class CreatePace:
    """The pace is one item of the table: `nextAt` is the first time that nobody has reserved, `turns` counts the
    turns taken, and `turn0` to `turn19` say when the last of them were.

    All times are ms since the epoch. `per_ten_seconds` 0 is no pace, its slots are None.
    """

    def __init__(self, table: str, dynamodb: Any, per_ten_seconds: int) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._interval = -(-_WINDOW_MS // per_ten_seconds) if per_ten_seconds else 0

    def slot_of(self, job: Job) -> int | None:
        """The slot this job has, also one that has passed, or a new one. Raises what AWS raises."""
        if not self._interval:
            return None
        return self.new_slot() if job.create_slot_at is None else job.create_slot_at

    def new_slot(self) -> int:
        """One behind all others. Raises what AWS raises."""
        return self._reserve(now_ms())

    def take_turn(self) -> int | None:
        """When the turn is that was taken, to be used at once; waits a little for one. None: there is no room.

        Raises what AWS raises. Dying after it costs the turn, nothing else.
        """
        deadline = now_ms() + PATIENCE_MS
        while (now := now_ms()) <= deadline:
            taken, oldest = self._turns()
            room_at = oldest + TURNS * self._interval
            if room_at > deadline:
                return None
            if room_at > now:
                time.sleep((room_at - now) / 1000)
            elif self._take(taken, now):
                return now
        return None

    def _turns(self) -> tuple[int, int]:
        """How many have been taken, and when the one was whose place the next one takes."""
        key = to_attributes({"id": "pace"})
        answer = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        pace = from_attributes(answer.get("Item", {}))
        taken = int(pace.get("turns", 0))
        return taken, int(pace.get(f"turn{taken % TURNS}", 0))

    def _take(self, taken: int, now: int) -> bool:
        """False if somebody else has taken this turn."""
        update = f"SET turns = :next, turn{taken % TURNS} = :now"
        condition = "turns = :taken" if taken else "attribute_not_exists(turns)"
        values = {":next": taken + 1, ":now": now} | ({":taken": taken} if taken else {})
        return self._write(update, condition, values) is not None

    def _reserve(self, now: int) -> int:
        """One atomic write; up to three where several meet. Dying here costs the slot, nothing else."""
        # `nextAt` only grows: once it is found ahead of this `now`, it stays so.
        for step in (self._behind_the_last, self._at_once, self._behind_the_last):
            if (slot := step(now)) is not None:
                return slot
        raise AssertionError("the table went back")

    def _behind_the_last(self, now: int) -> int | None:
        values = {":interval": self._interval, ":now": now}
        next_at = self._advance("SET nextAt = nextAt + :interval", "nextAt > :now", values)
        return None if next_at is None else next_at - self._interval

    def _at_once(self, now: int) -> int | None:
        values = {":next": now + self._interval, ":now": now}
        condition = "attribute_not_exists(nextAt) OR nextAt <= :now"
        return None if self._advance("SET nextAt = :next", condition, values) is None else now

    def _advance(self, update: str, condition: str, values: dict[str, int]) -> int | None:
        """The new `nextAt`, or None if the condition did not hold."""
        written = self._write(update, condition, values)
        return None if written is None else int(written["nextAt"])

    def _write(self, update: str, condition: str, values: dict[str, int]) -> dict[str, Any] | None:
        """What was written, or None if the condition did not hold."""
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key=to_attributes({"id": "pace"}),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=to_attributes(values),
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return None
        return from_attributes(answer["Attributes"])


@cache
def create_pace() -> CreatePace:
    """The configured pace, reached at first use."""
    return CreatePace(os.environ["JOBS_TABLE"], client("dynamodb"), int(os.environ["CREATES_PER_TEN_SECONDS"]))
