"""The blocking client: performs operations over an httpx.Client."""

import functools
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx

from plantain_client import (
    batch_results,
    batches,
    downloading,
    operations,
    presets,
    schedules,
    spending,
    uploading,
)
from plantain_client.exchange import Answer, Effect, OnRetry, Operation, Sleep
from plantain_client.pages import Pages
from plantain_client.settings import http_options, usable_key, usable_surroundings, usable_url
from plantain_client.signatures import signature_of
from plantain_client.task import State, Task

P = ParamSpec("P")
T = TypeVar("T")

# Seconds without a byte. A little over the 30 s after which API Gateway gives up, so that it is heard saying so.
TIMEOUT = httpx.Timeout(35.0, connect=10.0)


def _blocking(operation: Callable[P, Operation[T]]) -> Callable[Concatenate["Plantain", P], T]:
    @functools.wraps(operation)
    def method(self: "Plantain", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(operation(*args, **kwargs))

    method.__signature__ = signature_of(operation, method=True)  # type: ignore[attr-defined]
    return method


class Plantain:
    """A caller of one Plantain. URL and key come from PLANTAIN_URL and PLANTAIN_API_KEY where they are not given.

    Raises NotConfigured. It may be used by several threads at once; `close` it, or use it as a context manager.
    `transport` is httpx's, `timeout` in seconds, `sleep` what waits between looks.
    `on_retry(error, seconds)` is told before a call that failed waits to be sent again.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        sleep: Callable[[float], object] = time.sleep,
        on_retry: OnRetry | None = None,
    ) -> None:
        self._url = usable_url(url)
        self._key = usable_key(api_key)
        self._sleep, self._on_retry = sleep, on_retry
        with usable_surroundings():
            self._http = httpx.Client(transport=transport, timeout=timeout, **http_options(self._url))

    create_task = _blocking(operations.create_task)
    query_task = _blocking(operations.query_task)
    wait_for_task = _blocking(operations.wait_for_task)
    generate = _blocking(operations.generate)
    list_page = _blocking(operations.list_page)
    upload = _blocking(uploading.upload)
    download = _blocking(downloading.download)
    list_presets = _blocking(presets.list_presets)
    get_preset = _blocking(presets.get_preset)
    render_preset = _blocking(presets.render_preset)
    list_schedules = _blocking(schedules.list_schedules)
    get_schedule = _blocking(schedules.get_schedule)
    put_schedule = _blocking(schedules.put_schedule)
    delete_schedule = _blocking(schedules.delete_schedule)
    list_runs = _blocking(schedules.list_runs)
    submit_batch = _blocking(batches.submit_batch)
    get_batch = _blocking(batches.get_batch)
    confirm_batch = _blocking(batches.confirm_batch)
    wait_for_batch = _blocking(batches.wait_for_batch)
    download_results = _blocking(batch_results.download_results)
    estimate = _blocking(spending.estimate)
    usage = _blocking(spending.usage)
    account = _blocking(operations.account)
    health = _blocking(operations.health)

    def list_tasks(self, *, state: State | None = None, limit: int | None = None) -> Iterator[Task]:
        """The caller's own tasks, newest first, page by page as they are wanted; `limit` of them at most."""
        pages = Pages(state, limit)
        while pages.more:
            yield from self.run(pages.next())

    def run(self, operation: Operation[T]) -> T:
        """Perform an operation: send what it wants sent, sleep when it wants to."""
        try:
            effect = next(operation)
            while True:
                try:
                    came = self._perform(effect)
                except Exception as error:
                    effect = operation.throw(error)
                else:
                    effect = operation.send(came)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            operation.close()

    def _perform(self, effect: Effect) -> Answer | None:
        if isinstance(effect, Sleep):
            if self._on_retry and effect.after:
                self._on_retry(effect.after, effect.seconds)
            self._sleep(effect.seconds)
            return None
        with self._http.stream(**effect.arguments(self._key)) as response:
            if effect.into and response.status_code == 200:
                for piece in response.iter_raw():
                    effect.into(piece)
                return Answer(200, response.headers)
            return Answer(response.status_code, response.headers, self._key.removed_from(response.read()))

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._url)!r}, api_key='***')"
