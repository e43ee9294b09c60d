"""What the tests need to talk to a sample stack in another process."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[3]


@dataclass
class Sample:
    """A running sample stack. `about` is what its process said last."""

    process: subprocess.Popen[str]
    about: dict[str, Any]

    def client(self, service: str, **options: Any) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        config = Config(retries={"max_attempts": 1}, max_pool_connections=60)
        settings = {"config": config, **keys, **options}
        session: Any = boto3.Session()
        return session.client(service, endpoint_url=self.about["endpoint"], **settings)

    def id_of(self, logical_id: str) -> str:
        return str(self.about["resources"][logical_id])

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> tuple[str | None, Any]:
        """What went wrong, if anything, and the payload."""
        answer = self.client("lambda").invoke(FunctionName=self.id_of(logical_id), Payload=json.dumps(event))
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def request(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Message, str]:
        request = urllib.request.Request(self.about["api_url"] + path, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def start(self, machine_arn: str, **values: Any) -> str:
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine_arn, input=json.dumps(values)
        )
        return str(started["executionArn"])

    def ended(self, execution_arn: str, seconds: float = 15) -> dict[str, Any]:
        steps = self.client("stepfunctions")
        return eventually(lambda: _final(steps.describe_execution(executionArn=execution_arn)), seconds)

    def run(self, machine_arn: str, **values: Any) -> dict[str, Any]:
        return self.ended(self.start(machine_arn, **values))

    def machine(self, name: str, state: Mapping[str, Any], **definition: Any) -> str:
        """A state machine of one state, made by the API, whose definition may have more fields."""
        asl = {"StartAt": "Only", "States": {"Only": {"End": True, **state}}, **definition}
        made = self.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(asl), roleArn=self.role
        )
        return str(made["stateMachineArn"])

    @property
    def role(self) -> str:
        return f"arn:aws:iam::000000000000:role/{self.id_of('SampleRole')}"

    def arn_of(self, function: str) -> str:
        found = self.client("lambda").get_function(FunctionName=self.id_of(function))
        return str(found["Configuration"]["FunctionArn"])

    def item(self, key: str) -> dict[str, Any] | None:
        found = self.client("dynamodb").get_item(TableName=self.id_of("Table"), Key={"id": {"S": key}})
        value: dict[str, Any] | None = found.get("Item")
        return value

    def update(self, template: Path, **parameters: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"template": str(template), "parameters": parameters}) + "\n")
        self.process.stdin.flush()
        self.about |= _next_line(self.process)


@contextlib.contextmanager
def sample_stack(*arguments: str, tmp: Path | None = None, **environment: str) -> Iterator[Sample]:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment, **({"TMPDIR": str(tmp)} if tmp else {})}
    command = [sys.executable, "-m", "tests.local.aws_sample", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield Sample(process, _next_line(process))
            stop(process)
        finally:
            process.kill()


def stop(process: subprocess.Popen[str]) -> float:
    """Ask the process to end, and say how many seconds it took."""
    began = time.monotonic()
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(10) in (0, -signal.SIGKILL, -signal.SIGINT)
    return time.monotonic() - began


def eventually[T](look: Callable[[], T | None], seconds: float = 10) -> T:
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def children_of(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    return {int(child) for child, parent in map(str.split, listed.stdout.splitlines()) if int(parent) == pid}


def _final(execution: dict[str, Any]) -> dict[str, Any] | None:
    return None if execution["status"] == "RUNNING" else execution


def _next_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the sample stack did not start; its last words are above"
    about: dict[str, Any] = json.loads(line)
    return about
