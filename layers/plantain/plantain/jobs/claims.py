"""The only module that knows idempotency claims: which intent has made what, in the jobs table.

A claim is written in one transaction with what it stands for, so a claim always has its record and a crash leaves
either both or neither. Claims of calls are kept for seven days; those of files, of planned times and of a batch's
rows for good.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import ClaimInFlight
from plantain.items import from_attributes, to_attributes
from plantain.job import now_ms

CLAIM_SECONDS = 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Claim:
    """`made` is the id of what the intent has made; `fingerprint` tells one wish under a key from another."""

    id: str
    made: str
    fingerprint: str = ""
    lasting: bool = False


def claim_id(scope: str, *key: str) -> str:
    """The id of the claim on this key, in the scope of a caller and of a kind of intent."""
    return f"claim#{hashlib.sha256(json.dumps([scope, *key]).encode()).hexdigest()}"


class Claims:
    """Idempotency claims."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def write(self, put: dict[str, Any], claim: Claim, *, instead_of: str | None = None) -> bool:
        """Write a new record (a DynamoDB Put) and the claim on it, both or neither.

        False if the claim stands already or, with `instead_of`, no longer stands for that. Raises ClaimInFlight
        (claimed this very moment).
        """
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[{"Put": put}, {"Put": self._put_of(claim, instead_of)}]
            )
            return True
        except ClientError as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if "TransactionConflict" in reasons:
                raise ClaimInFlight from None
            if "ConditionalCheckFailed" not in reasons:
                raise
            return False

    def take(self, claim: Claim, *, instead_of: str | None = None) -> bool:
        """Write the claim for what stands in the table already.

        False if it stands already or, with `instead_of`, no longer stands for that.
        """
        try:
            self._dynamodb.put_item(**self._put_of(claim, instead_of))
            return True
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False

    def find(self, id: str) -> Claim | None:
        """The claim if it stands (strongly consistent)."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=to_attributes({"id": id}), ConsistentRead=True)
        if "Item" not in answer:
            return None
        values = from_attributes(answer["Item"])
        if values.get("expiresAt", now_ms()) < now_ms() // 1000:
            return None
        return Claim(id, values["taskId"], values["fingerprint"], "expiresAt" not in values)

    def _put_of(self, claim: Claim, instead_of: str | None) -> dict[str, Any]:
        now = now_ms() // 1000
        expires_at = None if claim.lasting else now + CLAIM_SECONDS
        values = {
            "id": claim.id,
            "taskId": claim.made,
            "fingerprint": claim.fingerprint,
            "expiresAt": expires_at,
        }
        # DynamoDB removes expired items late (up to days), so age is checked here as well.
        condition, compared = (
            ("taskId = :earlier", {":earlier": instead_of})
            if instead_of
            else ("attribute_not_exists(id) OR expiresAt < :now", {":now": now})
        )
        return {
            "TableName": self._table,
            "Item": to_attributes(values),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": to_attributes(compared),
        }


@cache
def claims() -> Claims:
    """The configured table, reached at first use."""
    return Claims(os.environ["JOBS_TABLE"], client("dynamodb"))
