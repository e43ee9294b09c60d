"""The state machine under moto: takes in a job as a door does, and shows what became of it."""

import io
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import yaml
from PIL import Image

from local.twin.twin import Twin
from plantain.aws import client
from plantain.executions import executions
from plantain.job import Job
from plantain.jobs.intake import take_in
from plantain.jobs.table import jobs
from tests.conftest import ROOT, Cloud
from tests.workflow.clock import START, Clock
from tests.workflow.lambdas import Context, Lambdas

ASL = ROOT / "statemachine"
PATIENCE_SECONDS = 30.0  # of the test itself


def definition(machine: str = "generate_image", **filled_in: str) -> dict[str, Any]:
    """The ASL as deployed: nothing changed, each function's ARN filled in by its folder name."""

    def arn(found: re.Match[str]) -> str:
        verb = re.sub(r"(?<!^)(?=[A-Z])", "_", found[1]).lower()
        return Context(verb).invoked_function_arn

    text = re.sub(r"\$\{(\w+)FunctionArn\}", arn, (ASL / f"{machine}.asl.yaml").read_text())
    asl: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{(\w+)\}", lambda found: filled_in[found[1]], text))
    return asl


@dataclass(frozen=True)
class Execution:
    """A finished (or stopped) execution; `job` is the record afterwards."""

    status: str
    error: str | None
    cause: str | None
    job: Job
    described: dict[str, Any]
    read_history: Callable[[], list[dict[str, Any]]]

    @cached_property
    def history(self) -> list[dict[str, Any]]:
        """Every event of it."""
        return self.read_history()

    def states(self) -> list[str]:
        """The states in the order they were entered."""
        entered = [event.get("stateEnteredEventDetails") for event in self.history]
        return [details["name"] for details in entered if details]


class Workflow:
    """One state machine, one twin and one bucket, empty for each test."""

    def __init__(self, cloud: Cloud, twin: Twin, lambdas: Lambdas, clock: Clock) -> None:
        self.twin = twin
        self.lambdas = lambdas
        self.clock = clock
        self.secrets = cloud.secrets
        self.s3 = cloud.s3
        self.stepfunctions = client("stepfunctions")
        self.arn = self.stepfunctions.create_state_machine(
            name="generate_image",
            definition=json.dumps(definition(JobsTable="jobs")),
            roleArn="arn:aws:iam::123456789012:role/workflow",
        )["stateMachineArn"]

    def run(self, job: Job) -> Execution:
        """Take the job in, follow its execution to the end."""
        take_in(job)
        return self.ended(job)

    def ended(self, job: Job) -> Execution:
        """The job's execution once it no longer runs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (described := self._describe(job))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(0.02)
        error, cause = described.get("error"), described.get("cause")
        history = partial(self._history, job)
        return Execution(described["status"], error, cause, jobs().get(job.task_id), described, history)

    def ended_of(self, task_id: str) -> None:
        """Start the job's execution and wait for its end."""
        job = jobs().get(task_id)
        executions().start(task_id)
        self.ended(job)

    def execution_arn(self, job: Job) -> str:
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{job.execution_name}"

    def _history(self, job: Job) -> list[dict[str, Any]]:
        paginator = self.stepfunctions.get_paginator("get_execution_history")
        return [
            event for page in paginator.paginate(executionArn=self.execution_arn(job)) for event in page["events"]
        ]

    def _describe(self, job: Job) -> Any:
        return self.stepfunctions.describe_execution(executionArn=self.execution_arn(job))

    @property
    def accepted(self) -> int:
        """How many creates Kie accepted: each of them costs."""
        return int(self.twin.ledger()["acceptedCreates"])

    @property
    def sent(self) -> int:
        """How many creates reached Kie, accepted or not."""
        return self.accepted + int(self.twin.ledger()["refusedCreates"])

    @property
    def elapsed(self) -> float:
        """Seconds of the virtual clock since the test began."""
        return self.clock.now - START

    def objects(self) -> list[str]:
        """Every key in the bucket."""
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket="images").get("Contents", [])]

    def bytes_of(self, key: str) -> bytes:
        """The content of one object."""
        content: bytes = self.s3.get_object(Bucket="images", Key=key)["Body"].read()
        return content

    def picture(self, key: str) -> Image.Image:
        """The object decoded to its last pixel. Raises OSError when it is no whole image."""
        image = Image.open(io.BytesIO(self.bytes_of(key)))
        image.load()
        return image
