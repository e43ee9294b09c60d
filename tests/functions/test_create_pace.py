"""One pace for the account: whatever comes at once, however slowly, no more reach Kie.ai than it takes."""

import random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from moto import mock_aws

from functions.create_task import app as create_task
from plantain import job as job_module
from plantain.errors import KieBusy, TryAgainLater
from plantain.jobs.table import Jobs, jobs
from plantain.pace import create_pace
from plantain.pace.create_pace import CreatePace
from plantain.pace.item import Pace
from plantain.steps.sending import SENDS
from tests.builders import a_job, created, kie_says, refusal
from tests.conftest import Cloud
from tests.functions.sending import LIMIT, TICK, a_pace, bulk, reserved, run, simulate
from tests.virtual_time import VirtualTime

BUSY = refusal(429, "Your call frequency is too high. Please try again later.")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    virtual = VirtualTime()
    for module in (job_module, create_pace):
        monkeypatch.setattr(module, "time", cast(Any, virtual))
    return virtual


def slots(cloud: Cloud, count: int) -> list[int]:
    pace = a_pace(cloud)
    return [pace.due_at(slot) for slot in (pace.slot_of(bulk()) for _ in range(count)) if slot is not None]


def test_the_first_slot_is_now_and_the_others_follow_evenly(cloud: Cloud, time: VirtualTime) -> None:
    now = time.time_ns() // 1_000_000

    assert slots(cloud, 4) == [now, now + TICK, now + 2 * TICK, now + 3 * TICK]


def test_what_nobody_has_used_is_not_saved_up(cloud: Cloud, time: VirtualTime) -> None:
    slots(cloud, 3)
    time.now += 60
    now = time.time_ns() // 1_000_000

    assert slots(cloud, 2) == [now, now + TICK]


def test_two_that_meet_at_a_free_slot_get_one_each(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ends, met = CreatePace._write_ends, iter([True])

    def after_somebody_else(pace: CreatePace, *read: Any) -> Pace | None:
        if next(met, False):
            slots(cloud, 1)
        return write_ends(pace, *read)

    monkeypatch.setattr(CreatePace, "_write_ends", after_somebody_else)
    now = time.time_ns() // 1_000_000

    assert slots(cloud, 2) == [now + TICK, now + 2 * TICK]


def test_without_a_pace_nothing_is_reserved_and_nothing_waits(cloud: Cloud) -> None:
    pace = a_pace(cloud, 0)

    assert [pace.slot_of(a_job()) for _ in range(50)] == [None] * 50
    assert "Item" not in cloud.dynamodb.get_item(TableName="jobs", Key={"id": {"S": "pace"}})


def test_a_job_waits_for_its_slot_in_the_state_machine_and_keeps_it(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    slots(cloud, 37)  # 20 s are taken
    job = reserved()

    first = run(job)
    slot = jobs().get(job.task_id).create_slot_at
    time.now += 4  # called too early, as by a wait that was shortened
    second = run(job)

    assert (first["status"], first["waitSeconds"]) == ("WAITING", 19)
    assert (second["status"], second["waitSeconds"]) == ("WAITING", 15)
    assert jobs().get(job.task_id).create_slot_at == slot
    assert (sent, jobs().get(job.task_id).create_started_at) == ([], None)


def test_who_comes_late_is_sent_at_once_where_there_is_room(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    slots(cloud, 37)
    job = reserved()
    first = run(job)
    time.now += first["waitSeconds"] + 60
    slots(cloud, 37)

    assert (run(job)["status"], len(sent)) == ("CREATED", 1)


def test_who_comes_late_and_finds_no_room_takes_a_new_slot(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    slots(cloud, 37)
    job = reserved()
    first = run(job)
    time.now += first["waitSeconds"] + 60
    slots(cloud, 37)
    pace = a_pace(cloud)
    assert [pace.take_turn() is None for _ in range(21)] == [False] * 20 + [True]

    late = run(job)
    time.now += 1
    again = run(job)

    assert (late["status"], again["status"], again["waitSeconds"]) == ("WAITING", "WAITING", 18)
    assert (jobs().get(job.task_id).create_slots_missed, jobs().get(job.task_id).create_started_at) == (1, None)
    assert sent == []


@pytest.mark.parametrize("step", [(CreatePace, "_take"), (Jobs, "begin_create")])
def test_a_turn_that_passes_before_all_is_written_is_not_used(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str]
) -> None:
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    (owner, name), slow = step, iter([True])
    write = getattr(owner, name)

    def slowly(*given: Any) -> Any:
        written = write(*given)
        time.now += 0.6 if next(slow, False) else 0
        return written

    monkeypatch.setattr(owner, name, slowly)
    job = reserved()

    waiting = run(job)

    assert (waiting["status"], sent) == ("WAITING", [])
    assert jobs().get(job.task_id).create_started_at is None
    assert (run(job)["status"], len(sent)) == ("CREATED", 1)


def test_two_that_meet_at_a_turn_take_one_each(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace, take, met = a_pace(cloud), CreatePace._take, iter([True])

    def after_somebody_else(pace: CreatePace, taken: int, now: int) -> bool:
        if next(met, False):
            pace.take_turn()
        return take(pace, taken, now)

    monkeypatch.setattr(CreatePace, "_take", after_somebody_else)

    assert [pace.take_turn() is None for _ in range(20)] == [False] * 19 + [True]


def test_after_a_refusal_a_new_slot_is_taken_and_in_the_end_it_is_given_up(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kie, sent = kie_says(BUSY)
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    job = reserved()
    start = time.time_ns() // 1_000_000

    while len(sent) < SENDS - 1:
        try:
            time.now += run(job)["waitSeconds"]
        except TryAgainLater:
            time.now += 2
    time.now += 3600  # lines do not count, only what Kie.ai has said
    with pytest.raises(KieBusy):
        run(job)

    assert len(sent) == SENDS
    assert time.time_ns() // 1_000_000 >= start + 3_600_000 + (SENDS - 2) * 10_000


@hypothesis_settings(max_examples=25)
@given(
    st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.3, 5.0, 11.0]), min_size=22, max_size=60),
    st.sampled_from([0.1, 1.5, 4.0]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_in_no_ten_seconds_more_than_kies_limit_arrives_and_every_job_is_sent_once(
    arrivals: list[float], slowest_start: float, stalls: bool, seed: int
) -> None:
    """Whichever door they come in by: somebody waits for about every third."""
    chance = random.Random(seed)
    doors = [chance.choice(("file", "schedule", "http")) for _ in arrivals]

    def start_seconds(now: float) -> float:
        """`stalls`: nothing starts for a while, and then everything at once."""
        return slowest_start - now % slowest_start if stalls else chance.uniform(0, slowest_start)

    account = simulate(
        [at for at, door in zip(arrivals, doors, strict=True) if door != "http"],
        asked=[at for at, door in zip(arrivals, doors, strict=True) if door == "http"],
        start_seconds=start_seconds,
        write_seconds=lambda: chance.choice([0.0, 0.0, 0.01, 0.4, 2.0]),
        way_seconds=lambda: 0.05 + chance.uniform(0, 0.6),
    )

    assert len(account.arrived) == len(arrivals)
    assert account.most_in_a_window() <= LIMIT


def test_however_slow_every_start_is_somebody_sends() -> None:
    account = simulate([0.0] * 20, start_seconds=lambda _: 6.0, write_seconds=lambda: 0.0, way_seconds=lambda: 0.1)

    assert len(account.arrived) == 20
    assert account.arrived[-1] - account.arrived[0] < 120
    assert account.most_in_a_window() <= LIMIT


def test_the_limit_holds_over_moto_as_well() -> None:
    account = simulate(
        [0.0] * 18,
        asked=[0.5] * 6,
        start_seconds=lambda now: 4.0 - now % 4,
        write_seconds=lambda: 0.01,
        aws=lambda _: mock_aws(),
    )

    assert len(account.arrived) == 24
    assert account.most_in_a_window() <= LIMIT


def test_a_long_line_moves_on_at_the_pace_although_everybody_is_a_little_late() -> None:
    chance = random.Random(7)

    account = simulate(
        [0.0] * 300,
        start_seconds=lambda _: chance.uniform(0, 2.5),
        write_seconds=lambda: chance.uniform(0, 0.1),
        way_seconds=lambda: 0.1,
    )

    assert account.arrived[-1] - account.arrived[0] < 300 * TICK / 1000 * 1.15
    assert account.most_in_a_window() <= LIMIT


def test_what_an_outage_has_held_back_does_not_come_all_at_once() -> None:
    account = simulate(
        [0.0] * 100,
        asked=[0.0] * 40,
        start_seconds=lambda now: 30.0 - now % 30,
        write_seconds=lambda: 0.0,
        way_seconds=lambda: 0.1,
    )

    assert len(account.arrived) == 140
    assert account.most_in_a_window() <= LIMIT
