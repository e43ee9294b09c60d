"""One clock for the state machine, our code and the twin: a wait takes no time, yet all of them see it pass."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from plantain import job
from plantain.pace import create_pace

START = 1_800_000_000  # s since the epoch: 2027-01-15T08:00:00Z


class Clock:
    """Seconds since the epoch; `slept` is every wait and every retry delay of the state machine, in order."""

    def __init__(self) -> None:
        self.now = float(START)
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Pass the time without spending it."""
        self.now += seconds
        self.slept.append(seconds)

    def time_ns(self) -> int:
        """As of the module `time`, for plantain."""
        return round(self.now * 1e9)


def virtual_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The ASL runs as it is written, all its numbers unchanged; only moto's sleeping is replaced."""
    clock = Clock()
    monkeypatch.setattr(WaitFunction, "_wait_interval", lambda _, *, env, wait_seconds: clock.sleep(wait_seconds))
    monkeypatch.setattr(retrier_decl, "time", clock)
    for module in (job, create_pace):
        monkeypatch.setattr(module, "time", cast(Any, clock))
    yield clock
