"""Puts the real code into the world of a schedule, its clock, chances and network; the code stays as it is."""

import io
import logging
import random
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
import pytest
from botocore import xform_name
from botocore.client import BaseClient
from PIL import Image

from local.twin import tasks
from plantain import metrics
from plantain.errors import TryAgainLater, UnusableResult
from plantain.images.bucket import Images
from plantain.network.downloads import Downloads
from tests.conftest import SETTINGS, forget_cached
from tests.crashes.world import Outcome, World

_SHORTER = {
    "POLL_ATTEMPTS": "20",
    "LATE_POLL_MINUTES": "20",
    "STATE_MACHINE_ARN": "arn:aws:states:x:1:stateMachine:m",
}
_LASTING = ("client", "kie", "image_writer")


class _Now:
    """The schedule that runs, if one does, and what the modules `time` and `secrets` are in it."""

    world: World

    def time(self) -> float:
        return self.world.loop.now

    def monotonic(self) -> float:
        return self.world.loop.now

    def time_ns(self) -> int:
        return round(self.world.loop.now * 1e9)

    def sleep(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    def token_hex(self, count: int) -> str:
        return self.world.secrets.token_hex(count)

    def token_urlsafe(self, count: int) -> str:
        return self.world.secrets.token_urlsafe(count)

    def randbits(self, count: int) -> int:
        return self.world.secrets.randbits(count)

    def uniform(self, low: float, high: float) -> float:
        return self.world.chance.uniform(low, high)

    def SystemRandom(self) -> random.Random:  # noqa: N802 - as the module names it
        return self.world.chance


_now = _Now()


def _api_call(client: BaseClient, operation: str, call: dict[str, Any]) -> dict[str, Any]:
    service = client.meta.service_model.service_name
    return _now.world.aws.call(client, service, xform_name(operation), call)


@contextmanager
def _asked(_: httpx.Client, method: str, path: str, **content: Any) -> Iterator[httpx.Response]:
    """As kie/api.py talks to Kie.ai."""
    yield _now.world.kie.handle(method, path, **content)


def _put(_: httpx.Client, url: str, *, content: Iterator[bytes], headers: dict[str, str]) -> httpx.Response:
    """As images/writer.py writes an image."""
    world = _now.world
    world.may_die("before the image is written")
    world.pass_time(world.chance.way())
    status = world.aws.s3.put_once(url, b"".join(content))
    world.may_die("after the image was written")
    return httpx.Response(status)


@cache
def _picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "PNG")
    return drawn.getvalue()


class _Result:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.declared_size = len(content)

    def chunks(self) -> Iterator[bytes]:
        yield self._content


@contextmanager
def _download(_: Downloads, url: str, *, seconds: float = 0.0) -> Iterator[_Result]:
    world = _now.world
    world.pass_time(world.chance.way())
    if world.chance.happens("download broken"):
        if world.chance.random() < 0.5:
            raise UnusableResult("gone", code="result-gone")
        raise TryAgainLater("slow", code="result-unreachable")
    yield _Result(_picture())


class _Unmeasured:
    """In place of the metrics, which are lines of a log."""

    def __init__(self, **_: Any) -> None: ...
    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


@contextmanager
def installed() -> Iterator[pytest.MonkeyPatch]:
    """Within it schedules can be played; nothing else can."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (SETTINGS | _SHORTER | {"RECORD_END_ARN": "function:record_end"}).items():
            patched.setenv(name, value)
        patched.setattr(BaseClient, "_make_api_call", _api_call)
        patched.setattr(httpx.Client, "stream", _asked)
        patched.setattr(httpx.Client, "put", _put)
        patched.setattr(Images, "presigned_put", lambda _, key, *__: (key, {}))  # signing takes long
        patched.setattr(Downloads, "open", _download)
        patched.setattr(metrics, "EphemeralMetrics", _Unmeasured)
        patched.setattr(tasks, "secrets", _now)
        for module in _ours():
            for name, real in (("time", time), ("secrets", secrets), ("random", random)):
                if vars(module).get(name) is real:
                    patched.setattr(module, name, _now)
        logging.disable(logging.CRITICAL)
        forget_cached()
        yield patched
        logging.disable(logging.NOTSET)
    forget_cached()


def play(seed: int) -> Outcome:
    """The schedule of this number; the same number is the same schedule."""
    return schedule(seed).run()


def schedule(seed: int) -> World:
    """A schedule in which nothing has begun yet; from here on it is the one that runs."""
    for forget in _caches():
        forget()
    _now.world = World(seed)
    return _now.world


def _ours() -> list[Any]:
    return [
        module for name, module in list(sys.modules.items()) if name.split(".")[0] in ("plantain", "functions")
    ]


@cache
def _caches() -> list[Any]:
    """What a container keeps, but for what is slow to make and keeps nothing of a schedule."""
    found = {
        value.cache_clear
        for module in _ours()
        for name, value in vars(module).items()
        if hasattr(value, "cache_clear") and name not in _LASTING
    }
    return list(found)
