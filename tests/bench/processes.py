"""What the Lambda children of this process have used: peak memory by function, CPU time by kind of process."""

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY = 0.25  # seconds; a child that ends in between is known as it was last seen
_TICKS = os.sysconf("SC_CLK_TCK")


class Watched:
    """`with Watched() as seen:` and then `seen.peaks`, MB at the most of any child of each function, and
    `seen.cpu`, seconds by kind: `aws` (this process), `lambdas`, `twin`."""

    def __init__(self) -> None:
        self.peaks: dict[str, float] = {}
        self._seconds: dict[str, dict[int, float]] = defaultdict(dict)
        self._kinds: dict[int, str] = {}  # of each child: its function's name, or "twin"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    @property
    def cpu(self) -> dict[str, float]:
        """Seconds of CPU time by kind of process."""
        return {kind: sum(seconds.values()) for kind, seconds in self._seconds.items()}

    def __enter__(self) -> Self:
        self._before = _cpu_of(os.getpid())
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self._look()
        self._look()

    def _look(self) -> None:
        self._seconds["aws"][0] = _cpu_of(os.getpid()) - self._before
        for child in _children():
            with suppress(OSError, StopIteration):  # it has ended
                self._look_at(child)

    def _look_at(self, child: int) -> None:
        kind = self._kinds.get(child) or self._kinds.setdefault(child, _kind_of(child))
        self._seconds["twin" if kind == "twin" else "lambdas"][child] = _cpu_of(child)
        if kind != "twin":
            self.peaks[kind] = max(self.peaks.get(kind, 0), _peak_of(child))


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # the thread has ended
            yield from map(int, (task / "children").read_text().split())


def _kind_of(child: int) -> str:
    environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
    named = (entry.partition(b"=")[2] for entry in environment if entry.startswith(b"AWS_LAMBDA_FUNCTION_NAME="))
    return next(named, b"twin").decode()


def _peak_of(child: int) -> float:
    status = Path(f"/proc/{child}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


def _cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
