"""The clock of the pace: continuous, never faster than the real one, and at full speed again after minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.pace.clock import LOSES_MS, RECOVERS_MS, STANDS_MS, PaceClock

NOW = 1_800_000_000_000
moments = st.integers(0, 2 * (STANDS_MS + RECOVERS_MS))
refusals = st.lists(moments, max_size=5).map(sorted)


def after(refused: list[int]) -> PaceClock:
    clock = PaceClock()
    for at in refused:
        clock = clock.slowed(NOW + at)
    return clock


@given(refusals)
def test_a_refusal_moves_the_clock_neither_forth_nor_back(refused: list[int]) -> None:
    for number, at in enumerate(refused):
        assert after(refused[: number + 1]).at(NOW + at) == after(refused[:number]).at(NOW + at)


@given(refusals, moments, moments)
def test_it_runs_forwards_and_never_faster_than_time(refused: list[int], one: int, other: int) -> None:
    clock, since = after(refused), max(refused, default=0)
    first, last = sorted((NOW + since + one, NOW + since + other))

    assert 0 <= clock.at(last) - clock.at(first) <= last - first + 1  # 1 ms is rounding


@given(refusals, st.integers(1, 3 * RECOVERS_MS))
def test_it_shows_what_was_waited_for_no_sooner_and_no_later(refused: list[int], ahead: int) -> None:
    clock = after(refused)
    shown = clock.at(NOW + max(refused, default=0)) + ahead
    when = clock.when(shown)

    assert clock.at(when) >= shown - 1
    assert clock.at(when - 5) <= shown


def test_it_stands_then_runs_at_half_speed_and_recovers() -> None:
    clock = PaceClock().slowed(NOW)
    moving = NOW + STANDS_MS

    assert clock.at(moving) == clock.at(NOW) == NOW
    assert 490 <= clock.at(moving + 1_000) - NOW <= 510
    assert 740 <= clock.at(moving + RECOVERS_MS // 2 + 1_000) - clock.at(moving + RECOVERS_MS // 2) <= 760
    assert clock.at(moving + RECOVERS_MS + 1_000) - clock.at(moving + RECOVERS_MS) == 1_000
    assert clock.at(moving + RECOVERS_MS) == moving + RECOVERS_MS - LOSES_MS


def test_what_was_due_before_waits_until_the_clock_moves() -> None:
    assert PaceClock().slowed(NOW).when(NOW - 60_000) == NOW + STANDS_MS


@pytest.mark.parametrize("ahead", [1, 1_000, 100_000, 200_000, 224_999, 225_000, 300_000])
def test_a_time_of_the_clock_comes_with_the_first_ms_that_shows_it(ahead: int) -> None:
    clock = PaceClock().slowed(NOW)
    when = clock.when(NOW + ahead)

    assert clock.at(when - 1) < NOW + ahead <= clock.at(when)
