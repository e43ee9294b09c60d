"""A pause stops new creates and loses nothing; a balance that is used up is one, and ends by itself."""

from typing import Any

import httpx
import pytest

from functions.create_task import app as create_task
from plantain.errors import Misconfigured
from plantain.job import Job
from plantain.jobs.table import jobs
from plantain.pace import item as pace_item
from plantain.pace.create_pace import CreatePace
from plantain.pace.pausing import LOOK_MS, pausing
from plantain_client.operator.pause import PACE_KEY, Pause
from tests.builders import created, kie_says, refusal
from tests.conftest import Cloud, forget_cached
from tests.functions.sending import a_pace, bulk, reserved, run
from tests.functions.test_create_pace import time
from tests.virtual_time import VirtualTime

__all__ = ["time"]

NO_CREDITS = refusal(402, "Credits insufficient : Your current balance isn’t enough to run this request.")


def balance(credits: float) -> dict[str, Any]:
    return {"code": 200, "msg": "success", "data": credits}


@pytest.fixture
def operator(cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch) -> Pause:
    """The client's switch, over the same table and clock."""
    monkeypatch.setattr("plantain_client.operator.pause.time", time)
    return Pause("jobs", cloud.dynamodb)


def kie_is(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[httpx.Request]:
    kie, sent = kie_says(*answers)
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    return sent


def untouched(job: Job) -> bool:
    """Whether the job is as if it had never come to its create."""
    now = jobs().get(job.task_id)
    return (now.state, now.create_started_at, now.create_refusals, now.charged) == ("pending", None, 0, "no")


def test_the_command_and_the_functions_mean_the_same_item(operator: Pause) -> None:
    assert PACE_KEY == pace_item.KEY

    operator.pause("a fair")
    seen, told = pausing().now(), operator.now()
    assert seen
    assert told
    assert (seen.by, seen.reason, seen.at) == (told.by, told.reason, told.at) == ("operator", "a fair", told.at)
    pausing().resume(seen)
    assert operator.now() is None
    pausing().pause("kie-credits", "empty")
    ended = operator.resume()
    assert ended
    assert (ended.by, ended.reason) == ("kie-credits", "empty")
    assert pausing().now() is None
    assert operator.resume() is None


def test_while_creates_are_paused_a_job_waits_ever_longer_and_nothing_is_sent(
    operator: Pause, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, job = kie_is(monkeypatch, created()), reserved()
    operator.pause("")

    waits = []
    for _ in range(20):
        answer = run(job)
        waits.append(answer["waitSeconds"])
        time.now += answer["waitSeconds"]

    assert (waits[0], waits[-1], waits == sorted(waits)) == (60, 300, True)
    assert sent == []
    assert untouched(job)
    operator.resume()
    assert run(job)["status"] == "CREATED"


def test_a_pause_is_heeded_to_the_last_moment(
    operator: Pause, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, job = kie_is(monkeypatch, created()), reserved()
    take_turn = CreatePace.take_turn

    def after_a_pause(pace: CreatePace) -> int | None:
        operator.pause("stop")
        return take_turn(pace)

    monkeypatch.setattr(CreatePace, "take_turn", after_a_pause)

    assert run(job)["status"] == "WAITING"
    assert (sent, untouched(job)) == ([], True)


@pytest.mark.parametrize("per_ten_seconds", ["0", "18"])
def test_a_pause_holds_without_a_pace_too(
    operator: Pause, time: VirtualTime, monkeypatch: pytest.MonkeyPatch, per_ten_seconds: str
) -> None:
    monkeypatch.setenv("CREATES_PER_TEN_SECONDS", per_ten_seconds)
    sent, job = kie_is(monkeypatch, created()), reserved()
    operator.pause("")
    assert run(job)["waitSeconds"] == 60
    operator.resume()

    assert (run(job)["status"], len(sent)) == ("CREATED", 1)


def test_after_a_pause_everybody_has_the_place_of_before(cloud: Cloud, operator: Pause, time: VirtualTime) -> None:
    pace = a_pace(cloud)
    slots = [slot for slot in (pace.slot_of(bulk()) for _ in range(5)) if slot]
    due = [pace.due_at(slot) for slot in slots]
    time.now += 1
    operator.pause("")
    time.now += 3600
    operator.resume()

    assert [pace.due_at(slot) for slot in slots] == [at + 3_600_000 for at in due]


def test_without_credits_nobody_fails_and_all_wait_until_the_balance_is_back(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = kie_is(monkeypatch, NO_CREDITS, balance(17.5), balance(18.0), created())
    job, other = reserved(), reserved()

    assert (run(job)["waitSeconds"], run(other)["waitSeconds"]) == (60, 60)
    assert untouched(job)
    paused = pausing().now()
    assert paused
    assert (paused.by, "Credits" in paused.reason) == ("kie-credits", True)
    time.now += 60
    assert (run(job)["status"], run(other)["status"]) == ("WAITING", "WAITING")
    assert [request.url.path for request in sent[1:]] == ["/api/v1/chat/credit"]  # one of them has looked
    time.now += 60
    first = run(other)

    assert (first["status"], len(sent), pausing().now()) == ("CREATED", 4, None)
    assert run(job)["status"] == "CREATED"


def test_a_balance_that_cannot_be_seen_changes_nothing(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kie_is(monkeypatch, NO_CREDITS, httpx.Response(502), httpx.Response(401))
    job = reserved()
    run(job)

    for _ in range(2):
        time.now += 60
        assert run(job)["waitSeconds"] == 60
    assert pausing().now()


def test_an_operators_pause_is_not_ended_by_a_balance(
    operator: Pause, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, job = kie_is(monkeypatch, NO_CREDITS, balance(1000)), reserved()
    run(job)
    began = pausing().now()
    time.now += 30
    operator.pause("a fair")
    time.now += 90

    assert run(job)["status"] == "WAITING"
    assert len(sent) == 1
    now = pausing().now()
    assert now
    assert began
    assert (now.by, now.at) == ("operator", began.at)


def test_each_wait_is_counted_by_who_has_paused(
    operator: Pause, time: VirtualTime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kie_is(monkeypatch, NO_CREDITS)
    run(reserved())
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "CreatesPaused" in line]

    assert '"by":"kie-credits"' in line.replace(": ", ":")


@pytest.mark.parametrize("prices", ["{}", '{"asOf": "2026-07-01", "usdPerCredit": 0.005, "credits": {}}'])
def test_prices_that_nobody_can_read_are_told_as_such_during_a_pause_too(
    cloud: Cloud, time: VirtualTime, monkeypatch: pytest.MonkeyPatch, prices: str
) -> None:
    job = reserved()
    pausing().pause("kie-credits", "empty")
    time.now += 1 + LOOK_MS / 1000
    monkeypatch.setenv("KIE_PRICES", prices)
    forget_cached()
    kie_is(monkeypatch, balance(100))

    with pytest.raises(Misconfigured):
        run(job)

    ended = jobs().get(job.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged) == ("misconfigured", "no")
