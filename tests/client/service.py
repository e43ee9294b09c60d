"""A Plantain to talk to without a network: answers by script, a clock that only a sleep moves, both clients."""

import asyncio
import datetime as dt
import hashlib
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from plantain_client import AsyncPlantain, Plantain, PlantainError

URL = "https://plantain.test"
KEY = "plantain_canary-0123456789-abcdefghijklmnopqrstuvwx"
TASK_ID = "01a206a6-cc05-7d1d-9878-77af04e557d4"
LINK = "https://images.s3.test/images/1.png?X-Amz-Signature=signed-canary"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]
Mode = Literal["blocking", "async"]


@dataclass
class Service:
    """Answers each request with the next of `answers` (the last one for good).

    `slept` holds seconds; `retried` what was told before a call was sent again, and after how many seconds.
    """

    mode: Mode
    answers: list[Answer] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    retried: list[tuple[type[PlantainError], float]] = field(default_factory=list)

    def says(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """The result of a client's method, of either kind."""
        transport = httpx.MockTransport(self._handle)
        if self.mode == "blocking":
            with Plantain(
                URL, KEY, transport=transport, sleep=self.slept.append, on_retry=self._retries
            ) as client:
                done = getattr(client, method)(*args, **kwargs)
                return list(done) if inspect.isgenerator(done) else done
        return asyncio.run(self._call_async(transport, method, args, kwargs))

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests if _is_json(request)]

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def keys(self) -> list[str | None]:
        return [request.headers.get("idempotency-key") for request in self.requests]

    async def _call_async(self, transport: httpx.MockTransport, method: str, args: Any, kwargs: Any) -> Any:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        async with AsyncPlantain(URL, KEY, transport=transport, sleep=sleep, on_retry=self._retries) as client:
            done = getattr(client, method)(*args, **kwargs)
            return [task async for task in done] if inspect.isasyncgen(done) else await done

    def _retries(self, error: PlantainError, seconds: float) -> None:
        self.retried.append((type(error), seconds))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        if callable(said):
            return said(request)
        # As it comes from a socket, its body still to be read; the same answer may be given again.
        return httpx.Response(said.status_code, headers=said.headers, stream=httpx.ByteStream(said.content))


BUDGET: dict[str, Any] = {
    "scope": "caller",
    "name": "alice",
    "period": "2026-11-23",
    "resetsAt": "2026-11-24T00:00:00Z",
    "limitUsd": 5,
    "usedUsd": 4.95,
    "leftUsd": 0.05,
}
ESTIMATED: dict[str, Any] = {
    "preset": {"name": "card", "version": "0123456789ab"},
    "model": "nano-banana-pro",
    "prompt": "Says a\n\nStyle: flat design.",
    "aspectRatio": "1:1",
    "resolution": "2K",
    "outputFormat": "png",
    "imageInputs": {"own": 1, "brand": 2},
    "price": {"credits": 18, "usd": 0.09},
    "pricesAsOf": "2026-07-01",
    "budgets": [BUDGET],
}


def taken_in(state: str = "pending", **headers: str) -> httpx.Response:
    return httpx.Response(202, json={"taskId": TASK_ID, "state": state}, headers={"Retry-After": "3", **headers})


def job(state: str = "processing", **changes: Any) -> dict[str, Any]:
    """The JSON of a status."""
    shown: dict[str, Any] = {
        "taskId": TASK_ID,
        "state": state,
        "imageUrl": None,
        "imageUrlExpiresAt": None,
        "failMsg": None,
        "failCode": None,
        "costTime": None,
        "charged": "unknown",
        "cost": None,
        "late": False,
        "createdAt": "2026-11-23T04:25:05.285Z",
        "endedAt": None,
        "prompt": "a plantain",
        "aspectRatio": "16:9",
        "resolution": "2K",
        "outputFormat": "png",
        "images": [],
    }
    return shown | changes


def success(**changes: Any) -> dict[str, Any]:
    image = {
        "url": LINK,
        "key": f"images/2026/11/23/{TASK_ID}.png",
        "contentType": "image/png",
        "size": len(PICTURE),
        "width": 2048,
        "height": 1152,
        "sha256": hashlib.sha256(PICTURE).hexdigest(),
    }
    shown: dict[str, Any] = {
        "imageUrl": LINK,
        "imageUrlExpiresAt": "2026-11-23T05:25:17.402Z",
        "costTime": 12000,
        "charged": "yes",
        "cost": {"credits": 18, "usd": 0.09},
        "endedAt": "2026-11-23T04:25:17.120Z",
        "images": [image],
    }
    return job("success", **(shown | changes))


def failed() -> dict[str, Any]:
    return job("fail", failMsg="Flagged as violating content policies.", failCode="content-policy", charged="no")


def running(retry_after: str = "3") -> httpx.Response:
    return httpx.Response(200, json=job(), headers={"Retry-After": retry_after})


def problem(status: int, code: str, *, error: str = "Error", **members: Any) -> httpx.Response:
    headers = members.pop("headers", {})
    body = {"status": status, "error": error, "code": code, "detail": "What happened.", "title": "…"}
    body |= {"retryable": False, "charged": "no"} | members
    headers = {"Content-Type": "application/problem+json", **headers}
    return httpx.Response(status, content=json.dumps(body), headers=headers)


def gateway(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"message": message})


def web_page(status: int = 200) -> httpx.Response:
    return httpx.Response(status, html="<html><head><title>Sign in</title></head></html>")


NOW = dt.datetime(2026, 11, 23, 4, 25, 5, 285000, dt.UTC)


def _is_json(request: httpx.Request) -> bool:
    return bool(request.headers.get("content-type") == "application/json")
