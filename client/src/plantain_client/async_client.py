"""The async client: performs the same operations over an httpx.AsyncClient."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

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
from plantain_client.client import TIMEOUT
from plantain_client.exchange import Answer, Effect, OnRetry, Operation, Sleep
from plantain_client.pages import Pages
from plantain_client.settings import http_options, usable_key, usable_surroundings, usable_url
from plantain_client.signatures import signature_of
from plantain_client.task import State, Task

P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    operation: Callable[P, Operation[T]],
) -> Callable[Concatenate["AsyncPlantain", P], Coroutine[Any, Any, T]]:
    @functools.wraps(operation)
    async def method(self: "AsyncPlantain", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(operation(*args, **kwargs))

    method.__signature__ = signature_of(operation, method=True)  # type: ignore[attr-defined]
    return method


class AsyncPlantain:
    """`Plantain` for `await`: the same methods, arguments and errors.

    Files are read and written in place, a piece at a time. On another event loop than asyncio's, give its `sleep`.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        on_retry: OnRetry | None = None,
    ) -> None:
        self._url = usable_url(url)
        self._key = usable_key(api_key)
        self._sleep, self._on_retry = sleep, on_retry
        with usable_surroundings():
            self._http = httpx.AsyncClient(transport=transport, timeout=timeout, **http_options(self._url))

    create_task = _awaited(operations.create_task)
    query_task = _awaited(operations.query_task)
    wait_for_task = _awaited(operations.wait_for_task)
    generate = _awaited(operations.generate)
    list_page = _awaited(operations.list_page)
    upload = _awaited(uploading.upload)
    download = _awaited(downloading.download)
    list_presets = _awaited(presets.list_presets)
    get_preset = _awaited(presets.get_preset)
    render_preset = _awaited(presets.render_preset)
    list_schedules = _awaited(schedules.list_schedules)
    get_schedule = _awaited(schedules.get_schedule)
    put_schedule = _awaited(schedules.put_schedule)
    delete_schedule = _awaited(schedules.delete_schedule)
    list_runs = _awaited(schedules.list_runs)
    submit_batch = _awaited(batches.submit_batch)
    get_batch = _awaited(batches.get_batch)
    confirm_batch = _awaited(batches.confirm_batch)
    wait_for_batch = _awaited(batches.wait_for_batch)
    download_results = _awaited(batch_results.download_results)
    estimate = _awaited(spending.estimate)
    usage = _awaited(spending.usage)
    account = _awaited(operations.account)
    health = _awaited(operations.health)

    async def list_tasks(self, *, state: State | None = None, limit: int | None = None) -> AsyncIterator[Task]:
        """The caller's own tasks, newest first, page by page as they are wanted; `limit` of them at most."""
        pages = Pages(state, limit)
        while pages.more:
            for task in await self.run(pages.next()):
                yield task

    async def run(self, operation: Operation[T]) -> T:
        """Perform an operation: send what it wants sent, sleep when it wants to."""
        try:
            effect = next(operation)
            while True:
                try:
                    came = await self._perform(effect)
                except Exception as error:
                    effect = operation.throw(error)
                else:
                    effect = operation.send(came)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            operation.close()

    async def _perform(self, effect: Effect) -> Answer | None:
        if isinstance(effect, Sleep):
            if self._on_retry and effect.after:
                self._on_retry(effect.after, effect.seconds)
            await self._sleep(effect.seconds)
            return None
        async with self._http.stream(**effect.arguments(self._key)) as response:
            if effect.into and response.status_code == 200:
                async for piece in response.aiter_raw():
                    effect.into(piece)
                return Answer(200, response.headers)
            return Answer(response.status_code, response.headers, self._key.removed_from(await response.aread()))

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._url)!r}, api_key='***')"
