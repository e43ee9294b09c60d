"""One pace for the account: whatever comes at once, however slowly, no more reach Kie.ai than it takes."""

import random
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from moto import mock_aws

from functions.create_task import app as create_task
from plantain import create_pace
from plantain import job as job_module
from plantain.create_pace import CreatePace
from plantain.errors import KieBusy, TryAgainLater
from plantain.job import Job
from plantain.jobs import Jobs, jobs
from plantain.reservations import reservations
from tests.builders import a_job, created, kie_says, refusal
from tests.conftest import SETTINGS, Cloud, forget_cached, make_cloud
from tests.functions.conftest import LambdaContext
from tests.virtual_time import VirtualTime

BUSY = refusal(429, "Your call frequency is too high. Please try again later.")
LIMIT, WINDOW = 20, 10.0  # Kie.ai's, for an account
TICK = 10_000 // 18 + 1  # ms from one slot to the next


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    virtual = VirtualTime()
    for module in (job_module, create_pace):
        monkeypatch.setattr(module, "time", cast(Any, virtual))
    return virtual


def run(job: Job) -> dict[str, Any]:
    answer: dict[str, Any] = create_task.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))
    return answer


def reserved() -> Job:
    return reservations().reserve(a_job()).job


def slots(cloud: Cloud, count: int) -> list[int]:
    pace = CreatePace("jobs", cloud.dynamodb, 18)
    return [slot for slot in (pace.slot_of(a_job()) for _ in range(count)) if slot is not None]


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
    at_once, met = CreatePace._at_once, iter([True])

    def after_somebody_else(pace: CreatePace, now: int) -> int | None:
        if next(met, False):
            slots(cloud, 1)
        return at_once(pace, now)

    monkeypatch.setattr(CreatePace, "_at_once", after_somebody_else)
    now = time.time_ns() // 1_000_000

    assert slots(cloud, 2) == [now + TICK, now + 2 * TICK]


def test_without_a_pace_nothing_is_reserved_and_nothing_waits(cloud: Cloud) -> None:
    pace = CreatePace("jobs", cloud.dynamodb, 0)

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
    pace = CreatePace("jobs", cloud.dynamodb, 18)
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
    pace, take, met = CreatePace("jobs", cloud.dynamodb, 18), CreatePace._take, iter([True])

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

    for _ in range(create_task.SENDS - 1):
        with pytest.raises(TryAgainLater):
            create_task.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))
    time.now += 3600  # lines do not count, only what Kie.ai has said
    with pytest.raises(KieBusy):
        create_task.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))

    assert len(sent) == create_task.SENDS
    assert time.time_ns() // 1_000_000 >= start + (create_task.SENDS - 1) * TICK


class Account:
    """Kie.ai as far as its limit goes: when each create arrived, and whether it was more than it takes."""

    def __init__(self, time: VirtualTime, on_the_way: Callable[[], float]) -> None:
        self.time, self._on_the_way = time, on_the_way
        self.arrived: list[float] = []
        self.jobs: list[Any] = []

    def require_key(self) -> None: ...

    def create_task(self, request: Any, _: str | None = None) -> str:
        self.time.sleep(self._on_the_way())
        self.arrived.append(self.time.now)
        return f"kie-{len(self.arrived)}"

    def most_in_a_window(self) -> int:
        return max(sum(start <= at <= start + WINDOW for at in self.arrived) for start in self.arrived)


def simulate(
    arrivals: list[float],
    *,
    start_seconds: Callable[[float], float],
    write_seconds: Callable[[], float],
    way_seconds: Callable[[], float],
) -> Account:
    """The state machine's loop around the real handler for each job, in one virtual time, over a small AWS."""
    with pytest.MonkeyPatch.context() as patched, mock_aws():
        for name, value in SETTINGS.items():
            patched.setenv(name, value)
        forget_cached()
        make_cloud()
        time = VirtualTime()
        account = Account(time, way_seconds)
        begin = Jobs.begin_create

        def begin_slowly(self: Jobs, job: Job) -> str:
            attempt = begin(self, job)
            time.sleep(write_seconds())
            return attempt

        take = CreatePace._take

        def take_slowly(pace: CreatePace, taken: int, now: int) -> bool:
            took = take(pace, taken, now)
            time.sleep(write_seconds())
            return took

        patched.setattr(CreatePace, "_take", take_slowly)
        for module in (job_module, create_pace):
            patched.setattr(module, "time", cast(Any, time))
        patched.setattr(create_task, "kie", lambda: account)
        patched.setattr(Jobs, "begin_create", begin_slowly)

        def one(arrival: float) -> None:
            time.sleep(arrival)
            job = reserved()
            for _ in range(40):
                time.sleep(start_seconds(time.now))
                answer = run(job)
                if answer["status"] == "CREATED":
                    return
                time.sleep(answer["waitSeconds"])
            raise AssertionError("never sent")

        time.run(*(lambda at=arrival: one(at) for arrival in arrivals))
        forget_cached()
        return account


@hypothesis_settings(max_examples=6, phases=[Phase.reuse, Phase.generate])  # shrinking would take minutes
@given(
    st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.3, 5.0, 11.0]), min_size=22, max_size=36),
    st.sampled_from([0.1, 1.5, 4.0]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_in_no_ten_seconds_more_than_kies_limit_arrives_and_every_job_is_sent_once(
    arrivals: list[float], slowest_start: float, stalls: bool, seed: int
) -> None:
    chance = random.Random(seed)

    def start_seconds(now: float) -> float:
        """`stalls`: nothing starts for a while, and then everything at once."""
        return slowest_start - now % slowest_start if stalls else chance.uniform(0, slowest_start)

    account = simulate(
        arrivals,
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


def test_a_long_line_moves_on_at_the_pace_although_everybody_is_a_little_late() -> None:
    chance = random.Random(7)

    account = simulate(
        [0.0] * 70,
        start_seconds=lambda _: chance.uniform(0, 2.5),
        write_seconds=lambda: chance.uniform(0, 0.1),
        way_seconds=lambda: 0.1,
    )

    assert account.arrived[-1] - account.arrived[0] < 70 * TICK / 1000 * 1.15
    assert account.most_in_a_window() <= LIMIT


def test_what_an_outage_has_held_back_does_not_come_all_at_once() -> None:
    account = simulate(
        [0.0] * 45,
        start_seconds=lambda now: 30.0 - now % 30,
        write_seconds=lambda: 0.0,
        way_seconds=lambda: 0.1,
    )

    assert len(account.arrived) == 45
    assert account.most_in_a_window() <= LIMIT
