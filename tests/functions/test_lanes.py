"""Interactive before bulk: who waits for an image is sent within seconds, and what is in line keeps its order."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from plantain.pace import create_pace
from tests.builders import a_job
from tests.conftest import Cloud
from tests.functions.sending import LIMIT, TICK, a_pace, bulk, interactive, simulate
from tests.functions.test_create_pace import time
from tests.virtual_time import VirtualTime

__all__ = ["time"]


def test_what_somebody_waits_for_goes_first_and_what_is_in_line_moves_back_by_as_much(
    cloud: Cloud, time: VirtualTime
) -> None:
    pace, now = a_pace(cloud), time.time_ns() // 1_000_000
    line = [pace.slot_of(bulk()) for _ in range(3)]
    front = [pace.slot_of(interactive()) for _ in range(2)]
    last = pace.slot_of(bulk())

    due = [pace.due_at(slot) for slot in (*front, *line, last) if slot]
    assert due == [now + number * TICK for number in range(6)]


def test_batches_files_and_schedules_stand_in_line() -> None:
    assert a_job().is_interactive
    assert not any(
        job.is_interactive for job in (a_job(group="b"), a_job(door="upload"), a_job(door="schedule", group="s"))
    )


def test_who_waits_for_an_image_overtakes_hundreds_and_those_are_sent_in_their_order() -> None:
    account = simulate([n / 1000 for n in range(300)], asked=[8.0 + n / 100 for n in range(20)])

    asked, line = account.sent("asked"), account.sent("bulk")
    start = account.arrived[0]
    assert (len(asked), len(line)) == (20, 300)
    assert max(at for at, _ in asked) - start < 8 + 21 * TICK / 1000 + 2
    assert [name for _, name in asked] == sorted(name for _, name in asked)
    assert [name for _, name in line] == sorted(name for _, name in line)
    assert account.most_in_a_window() <= LIMIT
    assert account.arrived[-1] - start < 320 * TICK / 1000 + 3
    assert account.runs < 4 * 320


def test_a_line_moves_on_whatever_is_asked_for(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create_pace, "BURST_MS", 5_000)
    pace, began = a_pace(cloud), time.now
    slot = [pace.slot_of(bulk()) for _ in range(10)][-1]
    assert slot

    while pace.due_at(slot) > time.time_ns() // 1_000_000:
        pace.slot_of(interactive())
        time.now += TICK / 1000 / 2

    assert time.now - began < (5_000 * 5 + 10 * 5 * TICK) / 1000


@hypothesis_settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3_000), st.booleans()), min_size=25, max_size=80))
def test_at_no_time_are_more_due_than_the_pace_has_slots(arrivals: list[tuple[int, bool]]) -> None:
    account = simulate(
        [sum(gap for gap, _ in arrivals[: n + 1]) / 1000 for n, (_, asks) in enumerate(arrivals) if not asks],
        asked=[sum(gap for gap, _ in arrivals[: n + 1]) / 1000 for n, (_, asks) in enumerate(arrivals) if asks],
    )

    assert len(account.arrived) == len(arrivals)
    assert account.most_in_a_window() <= LIMIT
    assert [name for _, name in account.sent("bulk")] == sorted(name for _, name in account.sent("bulk"))


def test_a_refusal_slows_everybody_down_and_the_pace_recovers() -> None:
    account = simulate([0.0] * 40, asked=[15.0], takes=12)

    assert len(account.arrived) == 41
    assert len(account.refused) < 12
    for at in account.refused:
        assert not any(at + 3 < other < at + 9 for other in account.arrived)


def test_refusals_that_come_together_count_once(cloud: Cloud, time: VirtualTime) -> None:
    pace, slot = a_pace(cloud), a_pace(cloud).slot_of(bulk())
    assert slot
    now = time.time_ns() // 1_000_000

    for _ in range(5):
        pace.slow_down()
        time.now += 0.1
    assert pace.due_at(slot) == now + 10_000
    assert pace.take_turn() is None
    time.now += 9.6
    assert pace.take_turn() is not None
