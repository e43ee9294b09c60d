"""Reads and writes the records of jobs in the jobs table; every write is conditional."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from plantain.errors import JobEnded, JobNotFound
from plantain.items import from_attributes, job_from, to_attributes, values_of
from plantain.job import Job
from plantain.jobs.updates import Clauses, update_of
from plantain.spending.ledger import Action, Ledger
from plantain.transactions import Cancelled, in_turn, write_all

# The sparse index by `open`: jobs that have not ended, and failed ones that have or may have cost money.
OPEN, UNSETTLED = "1", "unsettled"
RESERVATION = ("reservedCredits", "reservedOn")


def job_key(task_id: str) -> str:
    """The table key of a job."""
    return f"job#{task_id}"


class JobRecords:
    """Job records. What a write says of money is written to the ledger with it, in one transaction."""

    def __init__(self, table: str, dynamodb: Any, ledger: Ledger) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._ledger = ledger

    def get(self, task_id: str) -> Job:
        """The job as it is now (strongly consistent). Raises JobNotFound."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"id": job_key(task_id)}), ConsistentRead=True
        )
        if "Item" not in answer:
            raise JobNotFound
        return job_from(from_attributes(answer["Item"]))

    def put(self, job: Job) -> None:
        """Write a new job."""
        try:
            self._dynamodb.put_item(**self.put_of(job))
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # the id is new: what is there is this job, written by a call whose answer was lost

    def put_of(self, job: Job) -> dict[str, Any]:
        """The DynamoDB Put that writes a new job, alone or in a transaction."""
        return {
            "TableName": self._table,
            "Item": to_attributes({"id": job_key(job.task_id), "open": OPEN} | values_of(job)),
            "ConditionExpression": "attribute_not_exists(id)",
        }

    def _update(self, task_id: str, changes: Mapping[str, Any], **clauses: Unpack[Clauses]) -> Job:
        """The job as it is then. Raises JobEnded where the conditions do not hold."""
        update = self._update_of(task_id, changes, **clauses)
        try:
            written = in_turn(lambda: self._dynamodb.update_item(**update, ReturnValues="ALL_NEW"))
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise JobEnded from None
        return job_from(from_attributes(written["Attributes"]))

    def _update_with(
        self, actions: Sequence[Action], task_id: str, changes: Mapping[str, Any], **clauses: Unpack[Clauses]
    ) -> None:
        """As _update, together with these actions."""
        if not actions:
            self._update(task_id, changes, **clauses)
            return
        try:
            write_all(self._dynamodb, [{"Update": self._update_of(task_id, changes, **clauses)}, *actions])
        except Cancelled:
            raise JobEnded from None

    def _update_of(self, task_id: str, changes: Mapping[str, Any], **clauses: Unpack[Clauses]) -> dict[str, Any]:
        return update_of(self._table, job_key(task_id), changes, **clauses)
