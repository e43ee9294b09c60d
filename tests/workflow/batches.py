"""The machine of batches under moto, beside that of jobs: takes a batch in as a door does."""

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from plantain.aws import client
from plantain.batches.batch import Batch
from plantain.batches.intake import take_in_batch
from plantain.batches.records import batch_records
from plantain.inbox.bucket import inbox
from tests.workflow.machine import PATIENCE_SECONDS, Workflow, definition


@dataclass(frozen=True)
class BatchRun:
    """A finished execution of a batch, its record and its results afterwards."""

    status: str
    error: str | None
    batch: Batch
    results: list[dict[str, Any]]


class BatchWorkflow:
    """Both machines, one twin, one inbox and one bucket, empty for each test."""

    def __init__(self, workflow: Workflow, settings: pytest.MonkeyPatch) -> None:
        self.workflow = workflow
        self.stepfunctions = client("stepfunctions")
        asl = definition("generate_batch", GenerateImageArn=workflow.arn, ImagesBucket="images", JobsTable="jobs")
        self.arn = self.stepfunctions.create_state_machine(
            name="generate_batch",
            definition=json.dumps(asl),
            roleArn="arn:aws:iam::123456789012:role/batches",
        )["stateMachineArn"]
        settings.setenv("BATCH_MACHINE_ARN", self.arn)
        # One after the other: the clock is one for all, and who waits makes it late for the others.
        settings.setenv("BATCH_CONCURRENCY", "1")

    def start(self, *rows: dict[str, Any], name: str = "spring") -> Batch:
        content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        reference = inbox().put("uploads/alice/rows.jsonl", content, "application/jsonl")
        return take_in_batch(caller="alice", door="http", reference=reference, name=name, idempotency_key=None)

    def run(self, *rows: dict[str, Any], name: str = "spring") -> BatchRun:
        return self.ended(self.start(*rows, name=name))

    def reached(self, batch: Batch, state: str) -> Batch:
        """The batch once it has come to this state."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := batch_records().get(batch.batch_id)).state != state or (
            state == "waiting" and found.task_token is None
        ):
            assert time.monotonic() < deadline, found
            time.sleep(0.02)
        return found

    def ended(self, batch: Batch) -> BatchRun:
        """The batch once its execution no longer runs."""
        deadline = time.monotonic() + 2 * PATIENCE_SECONDS
        while (described := self._describe(batch))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(0.02)
        key = f"batches/{batch.batch_id}/results.jsonl"
        there = key in self.workflow.objects()
        lines = self.workflow.bytes_of(key).splitlines() if there else []
        return BatchRun(
            described["status"],
            described.get("error"),
            batch_records().get(batch.batch_id),
            [json.loads(line) for line in lines],
        )

    def _describe(self, batch: Batch) -> Any:
        arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:{batch.batch_id}"
        return self.stepfunctions.describe_execution(executionArn=arn)
