"""Secrets planted in key, prompt, links and API key: they come out where they belong and nowhere else."""

import json
from typing import Any

import httpx
import pytest

from local.cloud import TWIN_KEY
from tests.e2e.conftest import Caller, Cloud
from tests.e2e.operating import given_up

PROMPT = "canary-in-the-prompt"
WAYS = [
    "",
    "urls x2",
    "fail-policy",
    "never-heard-of, timeout-then-success 1s",
    "unknown-state",
    "drop-after",
    "bad-gateway",
    "no-task-id",
    "poll-drop x2",
    "poll-not-json x1",
    "result-broken",
    "url-foreign",
    "file-html",
    "file-drop x1",
]
LOST = "bad-gateway"  # no callback makes up for it
REFUSALS = ["unauthorized", "sub-key-limit"]


class Told:
    """All that the outside can read of what happened: logs with metrics, executions, answers with errors."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.errors: list[str] = []
        self.executions: list[str] = []

    def error(self, answer: httpx.Response) -> None:
        assert answer.status_code >= 400, answer.text
        self.errors.append(answer.text + json.dumps(dict(answer.headers)))

    def execution(self, task_id: str) -> None:
        described = self._cloud.ended_execution(task_id)
        assert json.loads(described["input"]) == {"taskId": task_id}
        self.executions.append(json.dumps(described, default=str) + self._cloud.history(task_id))

    def logs(self) -> list[str]:
        return self._cloud.logs()


@pytest.fixture(scope="module")
def caller(cloud: Cloud) -> Caller:
    return cloud.caller("canary")


@pytest.fixture(scope="module")
def picture(cloud: Cloud, caller: Caller) -> dict[str, Any]:
    """A job whose presigned link is the next one's input."""
    return caller.made(PROMPT, resolution="1K")


@pytest.fixture(scope="module")
def told(cloud: Cloud, caller: Caller, picture: dict[str, Any]) -> Told:
    told = Told(cloud)
    told.execution(picture["taskId"])
    submitted = [caller.submit(f"[twin:{way}] {PROMPT}", imageInput=[picture["imageUrl"]]) for way in WAYS]
    for way, answer in zip(WAYS, submitted, strict=True):
        if answer.status_code == 202:
            if way == LOST:
                given_up(cloud, caller, answer.json()["taskId"])
            caller.finished(answer.json()["taskId"])
        else:
            told.error(answer)
        told.execution(answer.json()["taskId"])
    for refusal in REFUSALS:
        told.error(caller.submit(f"[twin:{refusal}] {PROMPT}", imageInput=[picture["imageUrl"]]))
    told.error(caller.submit(PROMPT, imageInput=["http://10.0.0.1/" + PROMPT], resolution=PROMPT))
    told.error(caller.submit(PROMPT, headers={"Idempotency-Key": PROMPT + " with blanks"}))
    told.error(caller.api.get("/api/images", params={"cursor": PROMPT}))
    return told


@pytest.fixture(scope="module")
def canaries(cloud: Cloud, caller: Caller, picture: dict[str, Any]) -> list[str]:
    api_key = caller.api.headers["authorization"].removeprefix("Bearer ")
    signature = picture["imageUrl"].partition("X-Amz-Signature=")[2]
    assert len(signature) == 64
    return [PROMPT, api_key, TWIN_KEY, signature, cloud.files_url]


def test_nothing_planted_is_in_a_log_line(told: Told, canaries: list[str], picture: dict[str, Any]) -> None:
    lines = told.logs()

    assert any(picture["taskId"] in line for line in lines)
    assert [line for line in lines for canary in canaries if canary in line] == []


def test_nothing_planted_is_in_a_metric(told: Told, canaries: list[str]) -> None:
    metrics = [line for line in told.logs() if '"_aws"' in line]

    assert {
        name for name in ("JobsEnded", "Credits", "SecondsToImage", "PollsPerJob") if name in str(metrics)
    } == {
        "JobsEnded",
        "Credits",
        "SecondsToImage",
        "PollsPerJob",
    }
    assert [line for line in metrics for canary in canaries if canary in line] == []


def test_nothing_planted_is_in_an_execution(told: Told, canaries: list[str]) -> None:
    assert len(told.executions) == 1 + len(WAYS)
    assert [text for text in told.executions for canary in canaries if canary in text] == []


def test_nothing_planted_is_in_an_error(told: Told, canaries: list[str]) -> None:
    assert len(told.errors) >= len(REFUSALS) + 3
    assert [text for text in told.errors for canary in canaries if canary in text] == []
