"""One pace for the whole account: a job reserves its slot in the jobs table, waits for its time, then creates.

Slots are evenly spaced, first come first served, whichever door, function or retry asks. A slot may be used until
LATE_MS after its time, so at 18 in 10 s what reaches Kie.ai within any 10 s had its slots within 10.5 s and the
spread of the way there: at most 20, Kie.ai's limit, as long as that spread is under 0.6 s.
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
_SLOWEST = 3  # doublings

_WINDOW_MS = 10_000


def seconds_ahead(slot: int, missed: int) -> int:
    """How many whole seconds the state machine is to wait for this slot; 0 when it is here or nearly.

    Who has missed slots sets out ever earlier: however slow the functions start, somebody sends.
    """
    early = EARLY_MS * (1 << min(missed, _SLOWEST))
    return max(0, slot - now_ms() - early) // 1000


def sleep_until(slot: int | None) -> None:
    """Wait for what `seconds_ahead` has left over."""
    ahead = 0 if slot is None else slot - now_ms()
    if ahead > 0:
        time.sleep(ahead / 1000)


def is_over(slot: int | None) -> bool:
    """Whether it is too late to send in this slot."""
    return slot is not None and now_ms() > slot + LATE_MS


class CreatePace:
    """The pace is one item of the table: `nextAt`, ms since the epoch, is the first time that nobody has reserved.

    Slots are ms since the epoch. `per_ten_seconds` 0 is no pace, its slots are None.
    """

    def __init__(self, table: str, dynamodb: Any, per_ten_seconds: int) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._interval = -(-_WINDOW_MS // per_ten_seconds) if per_ten_seconds else 0

    def slot_of(self, job: Job) -> int | None:
        """The slot this job has, or a new one when it has none that can still be used. Raises what AWS raises."""
        if not self._interval:
            return None
        if job.create_slot_at is not None and not is_over(job.create_slot_at):
            return job.create_slot_at
        return self._reserve(now_ms())

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
        try:
            written = self._dynamodb.update_item(
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
        return int(from_attributes(written["Attributes"])["nextAt"])


@cache
def create_pace() -> CreatePace:
    """The configured pace, reached at first use."""
    return CreatePace(os.environ["JOBS_TABLE"], client("dynamodb"), int(os.environ["CREATES_PER_TEN_SECONDS"]))
