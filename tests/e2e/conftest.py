"""The deployed template in the embedded AWS, IAM enforced, and a caller of its HTTP API."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION
from plantain_client.operator.api_keys import ApiKeys

ROOT = Path(__file__).parent.parent.parent
JOB_SECONDS = 60.0


@dataclass
class Caller:
    """Somebody with an API key."""

    api: httpx.Client

    def submit(self, prompt: str = "a plantain", **fields: Any) -> httpx.Response:
        headers = fields.pop("headers", {})
        return self.api.post("/api/images/generate", json={"prompt": prompt, **fields}, headers=headers)

    def status(self, task_id: str) -> dict[str, Any]:
        answer = self.api.get("/api/images/status", params={"taskId": task_id})
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    def finished(self, task_id: str) -> dict[str, Any]:
        """The job once it is final; waits for it, ever more patiently."""
        deadline = time.monotonic() + JOB_SECONDS
        pause = 0.1
        while (job := self.status(task_id))["state"] not in ("success", "fail"):
            assert time.monotonic() < deadline, f"still {job['state']}"
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)
        return job

    def made(self, prompt: str = "a plantain", **fields: Any) -> dict[str, Any]:
        answer = self.submit(prompt, **fields)
        assert answer.status_code == 202, answer.text
        return self.finished(answer.json()["taskId"])


class Cloud:
    """The running local cloud, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._input, self._output = process, process.stdin, process.stdout
        self._about = json.loads(process.stdout.readline())
        self.api_url: str = self._about["apiUrl"]
        self.endpoint: str = self._about["endpoint"]
        self.files_url: str = self._about["filesUrl"]
        self.outputs: dict[str, str] = self._about["outputs"]
        self.resources: dict[str, str] = self._about["resources"]
        self.twin = httpx.Client(base_url=self._about["twinUrl"], timeout=30, trust_env=False)
        self._clients: dict[str, Any] = {}
        self._callers: list[Caller] = []

    def client(self, service: str, access_key: str = ADMIN_KEY, secret: str = ADMIN_SECRET) -> Any:
        """The client of a service, the operator's own if nobody else is named."""
        known = f"{service} {access_key}"
        if known not in self._clients:
            make: Any = boto3.client
            self._clients[known] = make(
                service,
                endpoint_url=self._about["endpoint"],
                region_name=REGION,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret,
                config=Config(signature_version="s3v4") if service == "s3" else None,
            )
        return self._clients[known]

    def caller(self, name: str, *, operator: bool = False) -> Caller:
        keys = ApiKeys(self.outputs["ApiKeysTableName"], self.client("dynamodb"))
        key = keys.create(name, operator=operator)
        headers = {"Authorization": f"Bearer {key}"}
        limits = httpx.Limits(max_connections=100)
        client = httpx.Client(base_url=self.api_url, headers=headers, timeout=60, limits=limits, trust_env=False)
        self._callers.append(Caller(client))
        return self._callers[-1]

    def accepted(self) -> int:
        """How many tasks Kie.ai has accepted so far: what was paid for."""
        return int(self.twin.get("/_twin/ledger").json()["acceptedCreates"])

    def execution(self, task_id: str) -> dict[str, Any]:
        arn = self.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{task_id}"
        described: dict[str, Any] = self.client("stepfunctions").describe_execution(executionArn=arn)
        return described

    def ended_execution(self, task_id: str) -> dict[str, Any]:
        """The execution once it has ended, which is a moment after its job has."""
        deadline = time.monotonic() + JOB_SECONDS
        while (execution := self.execution(task_id))["status"] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return execution

    def history(self, task_id: str) -> str:
        steps = self.client("stepfunctions")
        return json.dumps(
            steps.get_execution_history(executionArn=self.execution(task_id)["executionArn"], maxResults=1000),
            default=str,
        )

    def logs(self) -> list[str]:
        """Every line that Lambdas have logged so far."""
        self._input.write("logs\n")
        self._input.flush()
        lines: list[str] = json.loads(self._output.readline())
        return lines

    def close(self) -> None:
        for client in (self.twin, *self._clients.values(), *(caller.api for caller in self._callers)):
            client.close()
        self._input.close()
        self._process.wait(10)
        self._output.close()


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    yield from a_cloud("--wait-scale", "0.1")


def a_cloud(*options: str) -> Iterator[Cloud]:
    """One of one's own, as the options of `python -m tests.e2e` say."""
    command = [sys.executable, "-m", "tests.e2e", "--draw-seconds", "1", *options]
    if built := os.environ.get("PLANTAIN_TEMPLATE"):  # made by `sam build`
        command += ["--template", built]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["layers/plantain", "client/src"])}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    running = Cloud(process)
    yield running
    running.close()
    assert process.returncode == 0


@pytest.fixture(scope="session")
def alice(cloud: Cloud) -> Caller:
    return cloud.caller("alice")


@pytest.fixture(autouse=True)
def unlimited(cloud: Cloud) -> None:
    """Kie.ai's limit of 20 creates in 10 s is off, except where a test is about it."""
    cloud.twin.post("/_twin/settings", json={"rateLimit": False}).raise_for_status()
