"""Callbacks: signed, unsigned, forged, late, twice, never; and only to hosts that may be called."""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from local.twin.twin import Twin

get = partial(httpx.get, verify=False, trust_env=False)  # plain HTTP: no certificates are read
post = partial(httpx.post, verify=False, trust_env=False)

HEADERS = {"Authorization": "Bearer twin-key"}


class Listener(ThreadingHTTPServer):
    """Keeps what is posted to it: the time, the headers, the body."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[float, dict[str, str], Any]] = queue.Queue()
        super().__init__(("127.0.0.1", 0), _Keep)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def next(self) -> tuple[float, dict[str, str], Any]:
        return self.got.get(timeout=5.0)


class _Keep(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.got.put((time.monotonic(), dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def twin() -> Iterator[Twin]:
    with Twin(draw_seconds=0.1, webhook_key="secret") as twin:
        yield twin


def create(twin: Twin, url: str, prompt: str = "A boat") -> str:
    body = {"model": "nano-banana-pro", "callBackUrl": url, "input": {"prompt": prompt}}
    answer = post(f"{twin.api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body)
    return str(answer.json()["data"]["taskId"])


def is_signed(headers: dict[str, str], task_id: str) -> bool:
    message = f"{task_id}.{headers['X-Webhook-Timestamp']}".encode()
    wanted = base64.b64encode(hmac.new(b"secret", message, hashlib.sha256).digest()).decode()
    return abs(int(headers["X-Webhook-Timestamp"]) - time.time()) < 60 and headers["X-Webhook-Signature"] == wanted


def noted(twin: Twin, count: int) -> list[dict[str, Any]]:
    """The ledger's callbacks once there are `count`; they are noted after the answer."""
    for _ in range(250):
        found: list[dict[str, Any]] = twin.ledger()["callbacks"]
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def test_success_is_posted_with_the_whole_record_and_a_signature(twin: Twin, listener: Listener) -> None:
    task_id = create(twin, listener.url)
    _, headers, body = listener.next()
    record = f"{twin.api_url}/api/v1/jobs/recordInfo?taskId={task_id}"
    assert (body["code"], body["msg"]) == (200, "Playground task completed successfully.")
    assert body["data"] == get(record, headers=HEADERS).json()["data"]
    assert json.loads(body["data"]["param"])["callBackUrl"] == listener.url
    assert is_signed(headers, task_id)
    assert noted(twin, 1) == [{"taskId": task_id, "url": listener.url, "state": "success", "status": 200}]


def test_failure_is_posted_too(twin: Twin, listener: Listener) -> None:
    create(twin, listener.url, "[twin:fail-gemini]")
    body = listener.next()[2]
    assert (body["code"], body["msg"]) == (501, "Playground task failed.")
    assert (body["data"]["state"], body["data"]["failCode"]) == ("fail", "500")


def test_a_timeout_that_turns_into_success_rings_twice(twin: Twin, listener: Listener) -> None:
    create(twin, listener.url, "[twin:timeout-then-success 0.3s]")
    assert [listener.next()[2]["data"]["state"] for _ in range(2)] == ["fail", "success"]


def test_without_a_webhook_key_or_by_script_nothing_is_signed(twin: Twin, listener: Listener) -> None:
    create(twin, listener.url, "[twin:callback-unsigned]")
    assert "X-Webhook-Signature" not in listener.next()[1]
    twin.set(webhookKey="")
    create(twin, listener.url)
    assert "X-Webhook-Signature" not in listener.next()[1]


def test_a_forged_callback_lies_before_the_end_with_a_wrong_signature(twin: Twin, listener: Listener) -> None:
    task_id = create(twin, listener.url, "[twin:callback-forged, fail-policy]")
    _, headers, lie = listener.next()
    assert lie["data"]["state"] == "success"
    assert "169.254.169.254" in lie["data"]["resultJson"]
    assert not is_signed(headers, task_id)
    _, headers, truth = listener.next()
    assert truth["data"]["state"] == "fail"
    assert is_signed(headers, task_id)


def test_a_swapped_callback_tells_of_another_task_and_is_signed_for_that(twin: Twin, listener: Listener) -> None:
    other = create(twin, listener.url, "[twin:callback-never]")
    for known in ({other}, set()):
        task_id = create(twin, listener.url, "[twin:callback-swapped]")
        _, headers, body = listener.next()
        assert body["data"]["taskId"] != task_id
        assert not known or body["data"]["taskId"] in known
        assert is_signed(headers, body["data"]["taskId"])
        assert listener.next()[2]["data"]["taskId"] == task_id
        twin.reset()


def test_a_callback_can_be_late_or_come_twice(twin: Twin, listener: Listener) -> None:
    start = time.monotonic()
    create(twin, listener.url, "[twin:callback-late 0.4s]")
    assert listener.next()[0] - start >= 0.5
    task_id = create(twin, listener.url, "[twin:callback-twice]")
    assert [listener.next()[2]["data"]["taskId"] for _ in range(2)] == [task_id, task_id]
    assert len(noted(twin, 3)) == 3


def test_a_callback_can_stay_away(twin: Twin, listener: Listener) -> None:
    create(twin, listener.url, "[twin:callback-never]")
    create(twin, listener.url)
    listener.next()
    time.sleep(0.1)
    assert listener.got.empty()


def test_a_foreign_host_is_never_called(twin: Twin) -> None:
    create(twin, "http://hooks.example.com/kie")
    assert noted(twin, 1)[0]["refused"]
    assert noted(twin, 1)[0]["status"] is None


def test_a_listener_that_is_not_there_harms_nobody(twin: Twin) -> None:
    create(twin, "http://127.0.0.1:1/hook")
    assert noted(twin, 1)[0]["status"] is None


@pytest.mark.parametrize("url", ["", "ftp://localhost/", 7])
def test_an_empty_or_strange_address_is_refused(twin: Twin, url: object) -> None:
    body = {"model": "nano-banana-pro", "callBackUrl": url, "input": {"prompt": "A boat"}}
    answer = post(f"{twin.api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body)
    assert answer.json()["code"] == 500
