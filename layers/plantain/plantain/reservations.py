"""Reserves a job in the table: the same intent twice is the same job.

An idempotency claim and its job are written in one transaction, so a claim always has a job and a crash leaves
either both or neither. Claims are kept for seven days.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import ClaimInFlight, IdempotencyKeyReused
from plantain.items import from_attributes, to_attributes
from plantain.job import Job, now_ms
from plantain.jobs import Jobs, jobs

CLAIM_SECONDS = 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Reservation:
    """The job of a wish; `replayed` when an earlier call had reserved it."""

    job: Job
    replayed: bool = False


class Reservations:
    """Jobs and the idempotency claims on them, in one table."""

    def __init__(self, table: str, dynamodb: Any, jobs: Jobs) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._jobs = jobs

    def reserve(self, job: Job, idempotency_key: str | None = None, fingerprint: str = "") -> Reservation:
        """Write the job, or find the one this key already made. The key's scope is the job's caller.

        `fingerprint` tells one wish from another; without one the key alone is the wish.
        Raises IdempotencyKeyReused (same key, another wish) and ClaimInFlight (claimed this very moment).
        """
        if idempotency_key is None:
            self._put(job)
            return Reservation(job)
        claim = _claim_id(job.caller, idempotency_key)
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": self._jobs.put_of(job)},
                    {"Put": self._claim_put(claim, job.task_id, fingerprint)},
                ]
            )
            return Reservation(job)
        except ClientError as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if "TransactionConflict" in reasons:
                raise ClaimInFlight from None
            if "ConditionalCheckFailed" not in reasons:
                raise
        earlier = self.find(job.caller, idempotency_key, fingerprint)
        assert earlier is not None
        return Reservation(earlier, replayed=True)

    def find(self, caller: str, idempotency_key: str, fingerprint: str = "") -> Job | None:
        """The job that this key of the caller's has made. Raises IdempotencyKeyReused."""
        claim = self._claim(_claim_id(caller, idempotency_key))
        if claim is None or claim["expiresAt"] < now_ms() // 1000:
            return None
        if claim["fingerprint"] != fingerprint:
            raise IdempotencyKeyReused
        return self._jobs.get(claim["taskId"])

    def _put(self, job: Job) -> None:
        try:
            self._dynamodb.put_item(**self._jobs.put_of(job))
        except ClientError as error:
            # The id is new, so what is there already is this job, written by a call whose answer was lost.
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _claim_put(self, claim: str, task_id: str, fingerprint: str) -> dict[str, Any]:
        now = now_ms() // 1000
        values = {
            "id": claim,
            "taskId": task_id,
            "fingerprint": fingerprint,
            "expiresAt": now + CLAIM_SECONDS,
        }
        return {
            "TableName": self._table,
            "Item": to_attributes(values),
            # DynamoDB removes expired items late (up to days), so age is checked here as well.
            "ConditionExpression": "attribute_not_exists(id) OR expiresAt < :now",
            "ExpressionAttributeValues": to_attributes({":now": now}),
        }

    def _claim(self, claim: str) -> dict[str, Any] | None:
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"id": claim}), ConsistentRead=True
        )
        return from_attributes(answer["Item"]) if "Item" in answer else None


def _claim_id(caller: str, key: str) -> str:
    return f"claim#{hashlib.sha256(json.dumps([caller, key]).encode()).hexdigest()}"


@cache
def reservations() -> Reservations:
    """The configured table, reached at first use."""
    return Reservations(os.environ["JOBS_TABLE"], client("dynamodb"), jobs())
