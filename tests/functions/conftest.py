"""Whole events in, whole answers out: the real handlers over a small AWS."""

import base64
import copy
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from plantain.executions import Executions
from plantain.jobs.table import jobs

EVENTS = Path(__file__).parent.parent / "events"


class LambdaContext:
    """The parts of the context that handlers see."""

    function_name = "plantain"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:plantain"
    aws_request_id = "0b6b2c3e-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Answer:
    """What the gateway would send on."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def http_event(
    method: str,
    url: str,
    *,
    body: str | bytes | None = None,
    headers: dict[str, str] | None = None,
    caller: str = "alice",
    rate: str | None = None,
) -> dict[str, Any]:
    """An event of API Gateway's HTTP API, payload 2.0; `rate` is what the authorizer says of the key's own."""
    made = copy.deepcopy(event("http_post"))
    parts = urlsplit(url)
    made["rawPath"] = made["requestContext"]["http"]["path"] = parts.path
    made["requestContext"]["http"]["method"] = method
    made["rawQueryString"] = parts.query
    made["requestContext"]["authorizer"] = {"lambda": {"caller": caller} | ({"rate": rate} if rate else {})}
    made["headers"] |= headers or {}
    made.pop("body")
    if parts.query:
        made["queryStringParameters"] = dict(parse_qsl(parts.query, keep_blank_values=True))
    if isinstance(body, bytes):
        made |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    elif body is not None:
        made["body"] = body
    return made


def call(app: ModuleType, request: dict[str, Any]) -> Answer:
    """The handler's answer; headers in lower case."""
    answer = app.handler(request, LambdaContext())
    headers = {name.lower(): ", ".join(value) if isinstance(value, list) else value
               for name, value in (answer.get("headers") or {}).items()}  # fmt: skip
    return Answer(answer["statusCode"], headers, answer.get("body") or "")


def _is_accepted(task_id: str) -> None:
    job = jobs().get(task_id)
    if job.create_started_at is None:
        jobs().begin_create(job)
    jobs().accept(job, "kie-task")


class Started:
    """Stands in for Step Functions: remembers what was started and may let the job's fate happen at once."""

    def __init__(self) -> None:
        self.task_ids: list[str] = []
        self.fate: Any = _is_accepted

    def start(self, task_id: str) -> None:
        self.task_ids.append(task_id)
        self.fate(task_id)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    fake = Started()
    monkeypatch.setattr(Executions, "start", lambda _, name: fake.start(name))
    monkeypatch.setenv("STATE_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:test")
    return fake
