"""One bound for every wait of a connection."""

from types import SimpleNamespace

import httpcore
import pytest

from plantain.network import connections
from plantain.network.connections import deadline


def test_no_wait_is_longer_than_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(monotonic=lambda: 1_000.0)
    monkeypatch.setattr(connections, "time", now)
    within = deadline(30.0)

    assert (within(5.0), within(30.0), within(60.0), within(None)) == (5.0, 30.0, 30.0, 30.0)

    now.monotonic = lambda: 1_029.0
    assert (within(5.0), within(0.5), within(None)) == (1.0, 0.5, 1.0)


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_once_the_time_is_over_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch, late: float) -> None:
    now = SimpleNamespace(monotonic=lambda: 1_000.0)
    monkeypatch.setattr(connections, "time", now)
    within = deadline(30.0)
    now.monotonic = lambda: 1_030.0 + late

    for wait in (5.0, None):
        with pytest.raises(httpcore.ReadTimeout):
            within(wait)
