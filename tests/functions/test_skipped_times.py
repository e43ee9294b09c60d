"""Local times that summer time skips: planned by hand, run once."""

import datetime as dt
import json
from typing import Any

import pytest

from functions.arm_skipped import app as arm_skipped
from plantain.schedules import keeping
from plantain.schedules.kept import Kept
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext, Started
from tests.functions.scheduling import (
    FILE,
    drop,
    group,
    planned,
    put,
    run,
)

__all__ = ["group"]  # fixtures


def night(cloud: Cloud) -> None:
    drop(cloud, FILE.replace("0 9 ? * MON *", "30 2 * * ? *"))


def test_a_skipped_time_is_planned_by_hand_and_runs_once(cloud: Cloud, started: Started) -> None:
    night(cloud)
    spring = dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)
    kept = keeping.find("leaf")
    assert kept is not None

    armed = keeping.arm_skipped(kept, kept.schedule(), spring - dt.timedelta(days=2))
    assert keeping.arm_skipped(kept, kept.schedule(), spring - dt.timedelta(days=1)) == armed == 1

    found = planned("leaf.0130")
    assert found is not None
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"]) == ("at(2027-03-28T01:30:00)", "UTC")
    assert found["ActionAfterCompletion"] == "DELETE"
    timing = json.loads(found["Target"]["Input"])["timing"]
    assert run(spring, timing=timing) == run(spring, timing=timing) == "done"
    assert len(started.task_ids) == 1


def test_one_that_was_planned_for_what_the_schedule_has_ceased_to_be_is_not_run(
    cloud: Cloud, started: Started
) -> None:
    night(cloud)
    kept = keeping.find("leaf")
    assert kept is not None
    timing = kept.timing
    drop(cloud)

    assert run(dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC), timing=timing) == "not-run"
    assert started.task_ids == []


def test_the_daily_look_finds_all_that_is_kept(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    night(cloud)
    settings.setenv("SCHEDULED_EXPRESSION", "cron(45 2 * * ? *)")
    settings.setenv("SCHEDULED_TIMEZONE", "Europe/Berlin")
    settings.setenv("SCHEDULED_REQUEST", '{"prompt": "x"}')
    now = dt.datetime(2027, 3, 26, 12, tzinfo=dt.UTC)
    for kept in keeping.everything():
        keeping.arm_skipped(kept, kept.schedule(), now)

    assert planned("leaf.0130")
    assert planned("template.0145")
    arm_skipped.handler({}, LambdaContext())  # type: ignore[arg-type]


def test_one_that_cannot_be_planned_does_not_keep_the_daily_look_from_the_others(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        put(name)
    looked: list[str] = []

    def plan(kept: Kept, *_: Any) -> int:
        looked.append(kept.name)
        return 1 // int(kept.name != "b")

    monkeypatch.setattr(arm_skipped, "arm_skipped", plan)

    with pytest.raises(ZeroDivisionError):
        arm_skipped.handler({}, LambdaContext())  # type: ignore[arg-type]
    assert looked == ["a", "b", "c"]
