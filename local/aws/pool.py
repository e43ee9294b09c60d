"""The bounded pool of Lambda children: who runs now, who waits, and which idle child makes room."""

import asyncio
import contextlib
import itertools
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local.aws.function import Function
from local.aws.runtime_api import Invocation
from local.aws.worker import Result, Worker

# Seconds that a call waits for one of its function's children before another is started.
PATIENCE = 0.3
# Children that start at the same time: each keeps a core busy for half a second.
STARTS_AT_ONCE = max(2, (os.cpu_count() or 2) // 2)


@dataclass(eq=False)
class _Call:
    function: Function
    place: asyncio.Future[Worker]
    since: float = field(default_factory=time.monotonic)


class Pool:
    """At most `limit` children at a time, on an event loop in a thread of its own.

    In AWS a call never waits for a child; here it does, without its timeout running. One function never holds
    more than half of the children: a handler that waits for another function's work would otherwise wait in vain.
    """

    def __init__(self, limit: int, scratch: Path, on_line: Callable[[str, str], None] | None = None) -> None:
        self._limit = max(1, limit)
        self._share = max(1, self._limit // 2)
        self._scratch = scratch
        self._on_line = on_line
        self._names = itertools.count()
        self._workers: list[Worker] = []
        self._waiting: list[_Call] = []
        self._preparing: set[asyncio.Task[None]] = set()
        self._running = 0
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lambda-pool", daemon=True)
        self._thread.start()

    def invoke(self, function: Function, invocation: Invocation) -> Result:
        """Run one invocation to its end. Call it from any thread but the pool's own."""
        if self._closed:
            return _shut_down(invocation)
        return asyncio.run_coroutine_threadsafe(self._invoke(function, invocation), self._loop).result()

    def prepare(self, function: Function) -> None:
        """Start a child ahead of the first call, as provisioned concurrency does; does not wait for it."""
        with contextlib.suppress(RuntimeError):  # the pool was closed in the meantime
            self._loop.call_soon_threadsafe(self._start_preparing, function)

    def close(self) -> None:
        """Kill every child and fail the calls that still wait; returns when all have gone."""
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _invoke(self, function: Function, invocation: Invocation) -> Result:
        if self._closed:
            return _shut_down(invocation)
        call = _Call(function, self._loop.create_future())
        self._waiting.append(call)
        self._place_calls()
        self._loop.call_later(PATIENCE, self._place_calls)
        try:
            worker = await call.place
        except asyncio.CancelledError:
            return _shut_down(invocation)
        self._running += 1
        try:
            return await worker.run(invocation)
        finally:
            self._running -= 1
            worker.busy = False
            worker.idle_since = time.monotonic()
            self._place_calls()

    def _start_preparing(self, function: Function) -> None:
        task = self._loop.create_task(self._prepare(function))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    async def _prepare(self, function: Function) -> None:
        while self._starting() >= STARTS_AT_ONCE and not self._closed:
            await asyncio.sleep(0.02)
        if self._closed or any(worker.function == function for worker in self._workers):
            return
        worker = self._new_child(function)
        if worker is not None:
            worker.busy = True
            await worker.start()
            worker.busy = False
            worker.idle_since = time.monotonic()
            self._place_calls()

    def _starting(self) -> int:
        return sum(worker.busy and not worker.ready for worker in self._workers)

    def _place_calls(self) -> None:
        """Give children to as many waiting calls as can have one: rarer functions first, then older calls."""
        placed = not self._closed
        while placed:
            busy = Counter(worker.function.name for worker in self._workers if worker.busy)
            calls = sorted(self._waiting, key=lambda call: (busy[call.function.name], call.since))
            placed = any(self._place(call, busy[call.function.name]) for call in calls)

    def _place(self, call: _Call, busy: int) -> bool:
        if busy >= self._share:
            return False
        worker = self._idle_child_for(call.function)
        if worker is None and self._may_start_for(call):
            worker = self._new_child(call.function)
        if worker is None:
            return False
        worker.busy = True
        self._waiting.remove(call)
        call.place.set_result(worker)
        return True

    def _may_start_for(self, call: _Call) -> bool:
        """A start costs far more than a call: the first child at once, more only for a call that has waited."""
        alone = all(worker.function != call.function for worker in self._workers)
        return self._starting() < STARTS_AT_ONCE and (alone or time.monotonic() - call.since >= PATIENCE)

    def _idle_child_for(self, function: Function) -> Worker | None:
        return next((w for w in self._workers if not w.busy and w.function == function), None)

    def _new_child(self, function: Function) -> Worker | None:
        """A child not yet started, in a free place or in that of the child that has been idle longest."""
        if len(self._workers) >= self._limit:
            idle = [worker for worker in self._workers if not worker.busy]
            if not idle:
                return None
            evicted = min(idle, key=lambda worker: worker.idle_since)
            self._workers.remove(evicted)
            self._loop.create_task(evicted.end())
        worker = Worker(
            function, self._scratch / str(next(self._names)), self._on_line, self._place_calls, self._ended
        )
        self._workers.append(worker)
        return worker

    def _ended(self, worker: Worker) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
            self._place_calls()

    async def _end_all(self) -> None:
        self._closed = True
        for call in self._waiting:
            call.place.cancel()
        while self._workers or self._running or self._preparing:
            # again and again, because a child may just be on its way into the world
            await asyncio.gather(*(worker.end() for worker in list(self._workers)))
            self._workers = [worker for worker in self._workers if worker.busy]
            await asyncio.sleep(0.01)


def _shut_down(invocation: Invocation) -> Result:
    words = f"RequestId: {invocation.request_id} Error: the local cloud is shutting down"
    return Result({"errorType": "Runtime.ExitError", "errorMessage": words}, True, "")
