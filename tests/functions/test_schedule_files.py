"""A schedule that a file keeps: put, mended, deleted, in any order of events."""

import datetime as dt
import json
from typing import Any

import pytest

from plantain.faults import Fault, InvalidRequest
from plantain.job import now_ms
from plantain.schedules import keeping
from plantain.schedules.files import sync
from plantain.schedules.scheduler import Scheduler
from tests.conftest import Cloud
from tests.functions.conftest import Started
from tests.functions.scheduling import (
    FILE,
    KEY,
    MONDAY,
    WEEK,
    drop,
    group,
    hear,
    listed,
    planned,
    put,
    run,
    runs_of,
    shown,
    status_tag,
    texts,
)

__all__ = ["group"]  # fixtures


def test_a_file_becomes_a_schedule_and_says_when_it_runs(cloud: Cloud) -> None:
    version = drop(cloud)

    found = planned()
    assert found is not None
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"], found["State"]) == (
        "cron(0 9 ? * MON *)",
        "Europe/Berlin",
        "ENABLED",
    )
    assert json.loads(found["Target"]["Input"]) == {"name": "leaf", "plannedAt": "<aws.scheduler.scheduled-time>"}
    assert {"DeadLetterConfig", "RetryPolicy"} <= set(found["Target"])
    ((name, text),) = texts(cloud, "plans").items()
    assert name.startswith("leaf__")
    assert text.count("Monday ") == 5
    assert status_tag(cloud, version) == "success"


def test_a_doubled_event_changes_nothing(cloud: Cloud) -> None:
    drop(cloud, FILE.replace('cron = "0 9 ? * MON *"', 'rate = "1 day"'))
    before = planned()

    hear()

    assert planned() == before
    assert len(texts(cloud, "plans")) == 1


def test_events_out_of_order_end_at_what_lies_there_now(cloud: Cloud) -> None:
    drop(cloud)
    drop(cloud, FILE.replace("0 9", "0 10"))

    hear(change="Object Deleted")
    found = planned()
    assert found is not None
    assert found["ScheduleExpression"] == "cron(0 10 ? * MON *)"
    cloud.s3.delete_object(Bucket="inbox", Key=KEY)
    hear(change="Object Created")
    assert planned() is None


def test_a_deleted_file_ends_its_schedule_and_its_runs_stay(cloud: Cloud, started: Started) -> None:
    drop(cloud)
    run()
    cloud.s3.delete_object(Bucket="inbox", Key=KEY)

    hear(change="Object Deleted")
    hear(change="Object Deleted")

    assert (planned(), listed(), shown().status) == (None, [], 404)
    assert run(MONDAY + WEEK) == "not-run"
    drop(cloud)
    assert len(runs_of().json["runs"]) == 1


def test_a_bad_file_leaves_the_schedule_running_and_says_what_is_wrong(cloud: Cloud) -> None:
    drop(cloud)
    before = planned()

    version = drop(cloud, FILE.replace("MON", "MOO") + 'colour = "red"\n')

    assert planned() == before
    ((name, text),) = texts(cloud, "failed").items()
    assert name.startswith("leaf__")
    assert "line 1, cron: its day-of-week must be 1-7 or SUN-SAT" in text
    assert "Nothing was charged." in text
    assert "runs as before: Monday" in text
    assert status_tag(cloud, version) == "fail"


def test_a_key_that_only_looks_like_the_files_is_another(cloud: Cloud) -> None:
    drop(cloud)

    hear("schedules/leaf.toml/", "Object Deleted")  # a folder marker
    drop(cloud, FILE.replace("0 9", "0 10"), "schedules/./leaf.toml")

    assert shown().json["cron"] == "0 9 ? * MON *"
    assert "must be called schedules/<name>.toml" in "".join(texts(cloud, "failed").values())


def test_a_bad_file_for_a_schedule_that_rests_does_not_say_that_it_runs(cloud: Cloud) -> None:
    drop(cloud, "enabled = false\n" + FILE)
    drop(cloud, FILE.replace("MON", "MOO"))

    assert "runs as before" not in "".join(texts(cloud, "failed").values())


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        (KEY, 'cron = "', "line 1: cannot be read: words stand"),
        (KEY, "x" * 70_000, "has more than 64 KB"),
        ("schedules/My Leaf.toml", FILE, "must be called schedules/<name>.toml"),
        ("schedules/leaf.json", FILE, "must be called schedules/<name>.toml"),
        ("schedules/a/leaf.toml", FILE, "must be called schedules/<name>.toml"),
        ("schedules/template.toml", FILE, "is kept by the stack's parameters"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_so(cloud: Cloud, key: str, text: str, said: str) -> None:
    drop(cloud, text, key)

    assert said in " ".join("".join(texts(cloud, "failed").values()).split())
    assert listed() == []


@pytest.mark.parametrize(("text", "metadata"), [("", {}), (FILE, {"plantain": "x"})])
def test_an_empty_object_and_what_plantain_has_written_are_nobodys_wish(
    cloud: Cloud, text: str, metadata: dict[str, str]
) -> None:
    drop(cloud, text, Metadata=metadata)

    assert (listed(), texts(cloud, "failed")) == ([], {})


def test_a_file_that_changes_while_it_is_read_ends_as_it_is_last(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, later = keeping.keep, [FILE.replace("0 9", "0 11"), FILE.replace("0 9", "0 10")]

    def overtaken(kept: Any) -> Any:
        if later:
            cloud.s3.put_object(Bucket="inbox", Key=KEY, Body=later.pop().encode())
        return keep(kept)

    monkeypatch.setattr("plantain.schedules.files.keep", overtaken)
    drop(cloud)

    found = planned()
    assert found is not None
    assert found["ScheduleExpression"] == "cron(0 11 ? * MON *)"


def test_what_broke_between_the_table_and_eventbridge_is_finished_by_a_retry(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Scheduler, "put", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            drop(cloud)
    assert planned() is None

    sync(KEY)

    assert planned() is not None


def test_a_rate_goes_on_counting_when_its_file_is_dropped_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FILE.replace('cron = "0 9 ? * MON *"', 'rate = "3 days"')
    drop(cloud, text)
    before = shown().json["nextRuns"]
    monkeypatch.setattr("plantain.schedules.files.now_ms", lambda: 1_900_000_000_000)

    drop(cloud, text)

    assert shown().json["nextRuns"] == before


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise InvalidRequest(Fault("", "is refused by EventBridge Scheduler: no such time zone"))

    monkeypatch.setattr(Scheduler, "put", refused)


def test_what_only_aws_refuses_leaves_the_schedule_as_it_was(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(cloud)
    put("mine")
    with monkeypatch.context() as strict:
        refuse(strict)
        drop(cloud, FILE.replace("0 9", "0 10"))
        assert put("mine", cron="0 10 ? * MON *").status == 400
        assert put("new").status == 400

    assert "is refused by EventBridge Scheduler" in "".join(texts(cloud, "failed").values())
    assert (shown().json["cron"], shown("mine").json["cron"]) == ("0 9 ? * MON *",) * 2
    assert listed() == ["leaf", "mine"]


def test_two_who_put_at_once_leave_one_schedule_everywhere(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    write, overtaking = Scheduler.put, ["0 11 ? * MON *"]

    def slow(self: Scheduler, *args: Any) -> None:
        if overtaking:
            put(cron=overtaking.pop())
        write(self, *args)

    monkeypatch.setattr(Scheduler, "put", slow)
    put()

    found = planned()
    assert found is not None
    assert found["ScheduleExpression"] == f"cron({shown().json['cron']})" == "cron(0 11 ? * MON *)"


def test_start_end_window_and_rest_are_handed_on(cloud: Cloud) -> None:
    head = "enabled = false\nflexible_minutes = 15\nstart = 2030-01-01\nend = 2030-12-31\n"
    drop(cloud, head + FILE)

    found = planned()
    assert found is not None
    assert found["State"] == "DISABLED"
    assert found["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert found["StartDate"] == dt.datetime(2029, 12, 31, 23, tzinfo=dt.UTC)
    assert found["EndDate"] == dt.datetime(2030, 12, 31, 23, tzinfo=dt.UTC)
    assert shown().json["nextRuns"] == []
    assert run(dt.datetime(2030, 1, 7, 8, tzinfo=dt.UTC)) == "not-run"
    drop(cloud)
    found = planned()
    assert found is not None
    assert found["State"] == "ENABLED"
    assert "EndDate" not in found


def test_a_start_that_is_taken_away_or_brought_forward_holds_nothing_back(cloud: Cloud) -> None:
    drop(cloud, "start = 2040-01-01\n" + FILE)
    drop(cloud, "start = 2035-01-01\n" + FILE)
    found = planned()
    assert found is not None
    assert found["StartDate"] == dt.datetime(2034, 12, 31, 23, tzinfo=dt.UTC)

    drop(cloud)

    found = planned()
    assert found is not None
    assert "StartDate" not in found


RATE = FILE.replace('cron = "0 9 ? * MON *"', 'rate = "3 days"')


def test_a_rate_runs_for_the_first_time_when_it_is_said_to(cloud: Cloud) -> None:
    drop(cloud, RATE)

    found = planned()
    assert found is not None
    first = dt.datetime.fromisoformat(shown().json["nextRuns"][0])
    assert found["StartDate"] == first  # without one, AWS begins at once
    assert first > dt.datetime.now(dt.UTC) + dt.timedelta(days=2)


@pytest.mark.parametrize("change", ["flexible_minutes = 5\n", 'overlap = "run"\n', "enabled = false\n"])
def test_what_else_changes_leaves_a_rate_counting(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    drop(cloud, RATE)
    before, runs_before = planned(), shown().json["nextRuns"]
    assert before is not None
    a_day_on = now_ms() + 86_400_000
    monkeypatch.setattr("plantain.schedules.files.now_ms", lambda: a_day_on)

    drop(cloud, change + RATE)
    drop(cloud, change + RATE.replace("A leaf", "A tree"))

    after = planned()
    assert after is not None
    assert after["StartDate"] == before["StartDate"]
    assert shown().json["nextRuns"] in (runs_before, [])
