"""A schedule's runs: once for each planned time, whatever is delivered twice, late or not at all."""

import datetime as dt
from typing import Any

import pytest

from functions.run_schedule import app as run_schedule
from plantain.errors import ClaimInFlight
from plantain.images.bucket import image_key
from plantain.job import Job, now_ms
from plantain.jobs.intake import take_in
from plantain.jobs.table import jobs
from plantain.schedules import running
from plantain.schedules.run import RunInFlight, moment_text
from plantain.schedules.runs import runs
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext, Started
from tests.functions.scheduling import (
    FILE,
    MONDAY,
    WEEK,
    drop,
    end,
    group,
    made,
    run,
    runs_of,
    texts,
)

__all__ = ["group"]  # fixtures


def test_a_run_asks_for_its_images_and_delivered_twice_it_runs_once(cloud: Cloud, started: Started) -> None:
    drop(cloud)

    assert [run(), run(), run(MONDAY + dt.timedelta(seconds=30))] == ["done"] * 3

    (job,) = made(started)
    assert job.request.prompt == "A leaf on 2026-11-30, green"
    assert (job.door, job.caller, job.group) == ("schedule", "schedules/leaf", "run#leaf#2026-11-30T08:00:00Z")
    assert image_key(job, 1, "png") == f"schedules/leaf/2026-11-30/leaf__{job.task_id}.png"


def test_lists_move_on_with_every_run(cloud: Cloud, started: Started) -> None:
    drop(cloud, 'overlap = "run"\n' + FILE)

    for week in range(3):
        run(MONDAY + week * WEEK)
        run(MONDAY + week * WEEK)

    assert [job.request.prompt.rpartition(" ")[2] for job in made(started)] == ["green", "red", "green"]


def test_the_scheduler_calls_with_a_name_and_the_planned_time(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE.replace('cron = "0 9 ? * MON *"', 'rate = "1 day"'))
    now = dt.datetime.now(dt.UTC)

    run_schedule.handler({"name": "leaf", "plannedAt": moment_text(now)}, LambdaContext())  # type: ignore[arg-type]

    (job,) = made(started)
    assert job.group == f"run#leaf#{moment_text(now)}"


def test_several_requests_and_several_images_of_one(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE + 'count = 2\n[[requests]]\nprompt = "Another"\n')

    run()

    assert [job.member for job in made(started)] == ["01-01", "01-02", "02-01"]


def test_a_crash_in_the_middle_is_finished_by_the_next_delivery(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(cloud, FILE + '[[requests]]\nprompt = "Second"\n[[requests]]\nprompt = "Third"\n')
    with monkeypatch.context() as broken:

        def crash(job: Job, key: str) -> Any:
            if job.request.prompt == "Third":
                raise ClaimInFlight
            return take_in(job, key)

        broken.setattr(running, "take_in", crash)
        with pytest.raises(ClaimInFlight):
            run()
    assert runs_of().json["runs"][0]["state"] == "running"
    drop(cloud, FILE.replace("A leaf", "Another leaf"))  # what was begun is finished as it was begun

    assert run(late=dt.timedelta(hours=5)) == "done"

    prompts = [jobs().get(task_id).request.prompt for task_id in dict.fromkeys(started.task_ids)]
    assert prompts == ["A leaf on 2026-11-30, green", "Second", "Third"]
    assert run(MONDAY + WEEK) == "skipped-overlap"


def test_two_planned_times_at_once_do_not_take_the_same_turn(cloud: Cloud, started: Started) -> None:
    drop(cloud, 'overlap = "run"\n' + FILE)
    before = runs().turn("leaf")
    run()

    with pytest.raises(RunInFlight):
        runs().begin("leaf", MONDAY + WEEK, {}, before)
    assert runs().begin("leaf", MONDAY, {}, before).state == "done"
    assert runs().turn("leaf").runs == 1


@pytest.mark.parametrize(("on_missed", "state", "count"), [("skip", "skipped-missed", 0), ("run_once", "done", 1)])
def test_a_run_that_was_missed_is_passed_over_or_made_up_for(
    cloud: Cloud, started: Started, on_missed: str, state: str, count: int
) -> None:
    drop(cloud, f'on_missed = "{on_missed}"\nflexible_minutes = 5\n' + FILE)

    assert run(late=dt.timedelta(minutes=21)) == run() == state
    assert len(started.task_ids) == count
    assert run(MONDAY + WEEK, late=dt.timedelta(minutes=19)) in ("done", "skipped-overlap")


@pytest.mark.parametrize(("overlap", "state"), [("skip", "skipped-overlap"), ("run", "done")])
def test_a_run_while_the_one_before_is_under_way(cloud: Cloud, started: Started, overlap: str, state: str) -> None:
    drop(cloud, f'overlap = "{overlap}"\n' + FILE)
    run()
    assert run(MONDAY + WEEK) == state

    for job in made(started):
        end(cloud, job)

    assert run(MONDAY + 2 * WEEK) == "done"


def test_an_image_that_never_ends_does_not_hold_up_the_schedule_for_good(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(cloud)
    run()
    begun = now_ms()
    days = 7.1  # an image may wait for a week, in a pause

    monkeypatch.setattr(running, "now_ms", lambda: begun + days * 24 * 3_600_000)
    assert run(MONDAY + WEEK) == "skipped-overlap"
    days = 8.1

    assert run(MONDAY + 2 * WEEK) == "done"


def test_a_run_that_has_not_asked_for_its_images_yet_is_under_way(cloud: Cloud, started: Started) -> None:
    drop(cloud)
    runs().begin("leaf", MONDAY, {}, runs().turn("leaf"))

    assert run(MONDAY + WEEK) == "skipped-overlap"


def test_one_run_makes_up_for_all_that_were_missed(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(cloud, 'overlap = "run"\non_missed = "run_once"\n' + FILE.replace("0 9 ? * MON *", "0 * * * ? *"))
    hours = [MONDAY + dt.timedelta(hours=n) for n in range(4)]
    recovered = hours[-1] + dt.timedelta(minutes=5)
    monkeypatch.setattr("plantain.schedules.runs.now_ms", lambda: int(recovered.timestamp() * 1000))

    states = [running.run_schedule("leaf", hours[n], recovered) for n in (1, 0, 2, 3)]

    assert states == ["done", "skipped-missed", "skipped-missed", "done"]
    assert len(started.task_ids) == 2


def test_a_dead_letter_sent_again_after_weeks_pays_for_nothing_twice(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(cloud, FILE + '[[requests]]\nprompt = "Second"\n')
    with monkeypatch.context() as broken:
        broken.setattr(running, "take_in", lambda job, key: take_in(job, key) if not started.task_ids else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run()
    ten_days_on = now_ms() + 10 * 86_400_000
    monkeypatch.setattr("plantain.jobs.claims.now_ms", lambda: ten_days_on)

    assert run() == "done"

    jobs_made = {job.task_id: job.request.prompt for job in made(started)}  # one may be started twice, in vain
    assert list(jobs_made.values()) == ["A leaf on 2026-11-30, green", "Second"]


def test_a_wish_that_cannot_be_asked_for_is_told_and_the_others_are_not_affected(
    cloud: Cloud, started: Started
) -> None:
    drop(cloud, FILE + '[[requests]]\npreset = "no-such-preset"\n[[requests]]\nprompt = "Third"\n')

    assert run() == run() == "done"

    assert [job.request.prompt for job in made(started)][1] == "Third"
    ((name, text),) = texts(cloud, "failed").items()
    assert name.startswith("leaf__")
    assert "no-such-preset" in text
    assert "planned for 2026-11-30 09:00" in text
    (shown_run,) = runs_of().json["runs"]
    assert shown_run["problems"][0].startswith("request 2, preset: ")


def test_a_trial_writes_the_plan_and_spends_nothing(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE + "dry_run = true\n")

    run()

    assert started.task_ids == []
    assert any("A leaf on 2026-11-30, green" in text for text in texts(cloud, "plans").values())
