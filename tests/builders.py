"""Builds what a test needs and leaves out what it does not care about."""

import json
from dataclasses import replace
from typing import Any

import httpx

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import Job, Request, new_job
from plantain.kie.api import Kie
from plantain.spending.counters import Counter

KIE_TASK_ID = "f23dc0faa81bda75e5a7a20e572a507b"
KIE_KEY = "kie-key-that-nobody-guesses"
RESULT_ORIGIN = "https://tempfile.example.com"
RESULT_URL = f"{RESULT_ORIGIN}/result.png"


def a_request(**changes: Any) -> Request:
    wish = Request("nano-banana-pro", "a plantain in the sun", "16:9", "2K", "png")
    return replace(wish, **changes)


def a_job(**changes: Any) -> Job:
    return replace(new_job("alice", "http", a_request()), **changes)


def kie_says(
    *answers: httpx.Response | Exception | dict[str, Any], key: str = KIE_KEY
) -> tuple[Kie, list[httpx.Request]]:
    """A Kie client over these answers in turn (the last one for good), and the requests it sent."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        sent.append(request)
        said = answers[min(len(sent), len(answers)) - 1]
        if isinstance(said, Exception):
            raise said
        return unread(httpx.Response(200, json=said) if isinstance(said, dict) else said)

    transport = httpx.MockTransport(answer)
    client = Kie("https://kie.test", key=lambda: key, fresh_key=lambda: key, transport=transport)
    return client, sent


def unread(response: httpx.Response) -> httpx.Response:
    """The same answer as it comes from a socket: its body still to be read."""
    return httpx.Response(
        response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content)
    )


def created(task_id: str = KIE_TASK_ID) -> dict[str, Any]:
    return {"code": 200, "msg": "success", "data": {"taskId": task_id, "recordId": task_id}}


def refusal(code: int, msg: str) -> dict[str, Any]:
    return {"code": code, "msg": msg, "data": None}


def record(state: str, **fields: Any) -> dict[str, Any]:
    """An answer of recordInfo as it was on the wire in 2026."""
    data = {
        "taskId": KIE_TASK_ID,
        "model": "nano-banana-pro",
        "state": state,
        "param": json.dumps({"input": json.dumps({"prompt": "…"}), "model": "nano-banana-pro"}),
        "resultJson": "",
        "failCode": None,
        "failMsg": None,
        "costTime": None,
        "completeTime": None,
        "createTime": 1774428642608,
    }
    return {"code": 200, "msg": "success", "data": data | fields}


def success(*urls: str, **fields: Any) -> dict[str, Any]:
    found = {"resultJson": json.dumps({"resultUrls": list(urls)}), "costTime": 12, "creditsConsumed": 18.0}
    return record("success", **(found | fields))


def sums_of(counter: Counter) -> dict[str, Any]:
    """The counter's item in the table."""
    found = client("dynamodb").get_item(
        TableName="jobs", Key=to_attributes({"id": counter.key}), ConsistentRead=True
    )
    return from_attributes(found.get("Item", {}))


def used_credits(counter: Counter) -> float:
    """What it has spent or reserved."""
    used: float = sums_of(counter).get("usedCredits", 0)
    return used
