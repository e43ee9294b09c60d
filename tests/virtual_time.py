"""Many workers in one virtual time: only one runs at once, and whoever sleeps lets the others run up to then."""

import heapq
import itertools
import threading
from collections.abc import Callable


class VirtualTime:
    """Seconds since the epoch. `sleep` and `time_ns` stand in for those of the module `time`."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.now = start
        self._ahead: list[tuple[float, int, threading.Event]] = []
        self._numbers = itertools.count()
        self._baton = threading.Event()
        self._errors: list[BaseException] = []

    def time_ns(self) -> int:
        return round(self.now * 1e9)

    def sleep(self, seconds: float) -> None:
        """Wake up that much later, after everything that happens before. Without workers it just passes."""
        if threading.current_thread() is threading.main_thread():
            self.now += seconds
            return
        turn = threading.Event()
        heapq.heappush(self._ahead, (self.now + seconds, next(self._numbers), turn))
        self._baton.set()
        turn.wait()

    def run(self, *workers: Callable[[], object]) -> None:
        """Run them to their ends, all starting now. Raises what the first that broke has raised."""
        threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in workers]
        for thread in threads:
            self._let(thread.start)
        while self._ahead and not self._errors:
            self.now, _, turn = heapq.heappop(self._ahead)
            self._let(turn.set)
        if self._errors:
            raise self._errors[0]

    def _let(self, go: Callable[[], object]) -> None:
        self._baton.clear()
        go()
        self._baton.wait()

    def _work(self, worker: Callable[[], object]) -> None:
        try:
            worker()
        except BaseException as error:
            self._errors.append(error)
        self._baton.set()
