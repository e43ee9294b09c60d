"""Posting the callback when a task is over, in the way its scripts say."""

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import replace
from typing import Any

import httpx

from local.twin import wire
from local.twin.exchange import json_bytes
from local.twin.hosts import at_home, client, may_call
from local.twin.jobs import FOREIGN_URL, Jobs
from local.twin.tasks import TaskStore
from local.twin.timeline import Seen, Task

ANSWER_SECONDS = 15.0
_LOOK_EVERY = 0.05  # seconds


def signature(key: str, task_id: str, timestamp: str) -> str:
    """base64(HMAC-SHA256(key, taskId.timestamp)); the body is not signed."""
    return base64.b64encode(hmac.digest(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256)).decode()


class Callbacks:
    """One thread per task with a callBackUrl; all of them end when `stopping` is set."""

    def __init__(self, store: TaskStore, jobs: Jobs, stopping: threading.Event) -> None:
        self._store = store
        self._jobs = jobs
        self._stopping = stopping

    def watch(self, task: Task) -> None:
        threading.Thread(target=self._deliver, args=(task,), daemon=True).start()

    def _deliver(self, task: Task) -> None:
        if task.score.get("callback-never"):
            return
        if task.score.get("callback-forged"):
            self._post(task, self._forged(task), key="not the key")
        if task.score.get("callback-swapped"):
            self._post(task, self._swapped(task), self._store.settings.webhook_key)
        late = task.score.get("callback-late")
        ended = 0
        while not self._stopping.is_set() and task.task_id in self._store.tasks:
            ends = task.ends()
            if len(ends) <= ended:
                if ended or task.score.get("never"):
                    return
            elif self._store.clock() >= ends[ended]:
                ended += 1
                if self._stopping.wait(late.seconds if late else 0.0):
                    return
                self._post_true(task)
            self._stopping.wait(_LOOK_EVERY)

    def _post_true(self, task: Task) -> None:
        key = "" if task.score.get("callback-unsigned") else self._store.settings.webhook_key
        data = self._data(task, task.at(self._store.clock()))
        for _ in range(2 if task.score.get("callback-twice") else 1):
            self._post(task, data, key)

    def _data(self, task: Task, seen: Seen) -> dict[str, Any]:
        return wire.record(task, seen, self._jobs.result_of(task, seen), self._store.settings)

    def _forged(self, task: Task) -> dict[str, Any]:
        success = Seen("success", None, self._store.clock())
        return self._data(task, success) | {"resultJson": f'{{"resultUrls":["{FOREIGN_URL}"]}}'}

    def _swapped(self, task: Task) -> dict[str, Any]:
        """The record of another task, or of none if there is no other."""
        with self._store.lock:
            others = [other for other in self._store.tasks.values() if other is not task]
        other = others[-1] if others else replace(task, task_id=secrets.token_hex(16))
        return self._data(other, other.at(self._store.clock()))

    def _post(self, task: Task, data: dict[str, Any], key: str) -> None:
        url = at_home(task.call_back_url or "", self._store.settings.execute_api)
        note: dict[str, Any] = {"taskId": task.task_id, "url": url, "state": data["state"], "status": None}
        if may_call(url, self._store.settings.allowed_hosts):
            note["status"] = self._send(url, data["taskId"], json_bytes(wire.callback(data)), key)
        else:
            note["refused"] = "not loopback and not in allowedHosts"
        with self._store.lock:
            if task.task_id in self._store.tasks:
                self._store.callbacks.append(note)

    def _send(self, url: str, task_id: str, body: bytes, key: str) -> int | None:
        """The HTTP status, or None when there was no answer."""
        headers = {"content-type": "application/json"}
        if key:
            stamp = str(int(self._store.clock()))
            headers |= {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": signature(key, task_id, stamp)}
        try:
            with client(ANSWER_SECONDS) as web:
                return web.post(url, content=body, headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
