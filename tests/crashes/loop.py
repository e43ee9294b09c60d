"""Virtual time for many workers of one schedule: one runs at once, and all in the order of their times.

Each worker is a thread of a pool. Who sleeps hands over to whoever is next, or just goes on where nobody is.
"""

import heapq
import itertools
import threading
from collections.abc import Callable
from typing import Any

Work = Callable[[], object]


class Stopped(BaseException):
    """The schedule is over: whatever still runs in it ends here."""


class Worker:
    """A thread that does one work after the other. `turn` counts how often it was let go on."""

    def __init__(self) -> None:
        self.go = threading.Lock()
        self.go.acquire()
        self.turn = 0
        self.name = ""
        self.carries: Any = None  # what runs in it, for the world to know
        self.todo: tuple[Loop, Work]
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            self.go.acquire()
            loop, work = self.todo
            loop.work(self, work)


_idle: list[Worker] = []


class Signal:
    """Something that is waited for, once. `value` is what it was set to."""

    def __init__(self) -> None:
        self.is_set = False
        self.value: Any = None
        self.waiting: Worker | None = None


class Loop:
    """`now` is in seconds since the epoch. Past `until` nothing may still be ahead."""

    def __init__(self, now: float, until: float) -> None:
        self.now = now
        self._until = until
        self._ahead: list[tuple[float, int, Worker | Work, int]] = []
        self._numbers = itertools.count()
        self._main = threading.Lock()
        self._main.acquire()
        self._live: list[Worker] = []
        self._stopping = False
        self.error: BaseException | None = None
        self.current: Worker

    def spawn(self, work: Work, after: float = 0.0) -> None:
        """Begin it so much later, beside everything else."""
        heapq.heappush(self._ahead, (self.now + after, next(self._numbers), work, 0))

    def sleep(self, seconds: float) -> None:
        """Go on so much later, after everything that happens before."""
        if self._stopping:
            raise Stopped
        at = self.now + seconds
        if at < self._until and (not self._ahead or self._ahead[0][0] > at):
            self.now = at
            return
        worker = self.current
        heapq.heappush(self._ahead, (at, next(self._numbers), worker, worker.turn))
        self._park(worker)

    def wait(self, signal: Signal, seconds: float) -> bool:
        """Whether it was set within that time."""
        if self._stopping:
            raise Stopped
        if not signal.is_set:
            worker = signal.waiting = self.current
            heapq.heappush(self._ahead, (self.now + seconds, next(self._numbers), worker, worker.turn))
            self._park(worker)
            signal.waiting = None
        return signal.is_set

    def set(self, signal: Signal, value: Any = None) -> None:
        """Let who waits for it go on. The first value stays."""
        if signal.is_set:
            return
        signal.is_set, signal.value = True, value
        if worker := signal.waiting:
            heapq.heappush(self._ahead, (self.now, next(self._numbers), worker, worker.turn))

    def run(self) -> None:
        """Until nothing is ahead any more. Raises what the first that broke has raised."""
        self._go_on(None)
        self._main.acquire()
        self._stopping = True
        while self._live:
            worker = self.current = self._live[-1]
            worker.go.release()
            self._main.acquire()
        if self.error:
            raise self.error

    def work(self, worker: Worker, work: Work) -> None:
        """In the worker's own thread."""
        self._live.append(worker)
        try:
            work()
        except Stopped:
            pass
        except BaseException as error:
            self.error = self.error or error
        self._live.remove(worker)
        worker.name, worker.carries = "", None
        _idle.append(worker)
        self._go_on(None)

    def _park(self, worker: Worker) -> None:
        if self._go_on(worker) is not worker:
            worker.go.acquire()
        if self._stopping:
            raise Stopped

    def _go_on(self, parked: Worker | None) -> Worker | None:
        """Let the next one go, or the one who runs all this; returns it. Who has just parked may be the next."""
        found = None if self._stopping or self.error else self._next()
        if found is None:
            self._main.release()
        else:
            self.current = found
            found.turn += 1
            if found is not parked:
                found.go.release()
        return found

    def _next(self) -> Worker | None:
        while self._ahead:
            at, _, what, turn = heapq.heappop(self._ahead)
            if isinstance(what, Worker):
                if what.turn != turn:
                    continue  # it was woken otherwise
                worker = what
            else:
                worker = _idle.pop() if _idle else Worker()
                worker.todo = (self, what)
            if at >= self._until:
                self.error = AssertionError("it does not come to an end")
                return None
            self.now = at
            return worker
        return None
