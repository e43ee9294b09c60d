"""Schedules by the real scheduler: those due run, a file is one until it is deleted, the latest picture stays."""

import datetime as dt
import json
from typing import Any

import pytest

from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import Person, eventually, unique


@pytest.fixture
def person(cloud: Cloud) -> Person:
    return Person(cloud)


def soon(seconds: int = 15) -> str:
    return f"{dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}Z"


def schedule(when: str, prompt: str, **more: str) -> str:
    settings = "".join(f"{name} = {value}\n" for name, value in more.items())
    return f'{when}\n{settings}[[requests]]\nprompt = "{prompt}"\nresolution = "1K"\n'


def planned(cloud: Cloud, name: str) -> dict[str, Any] | None:
    """The schedule as EventBridge has it."""
    scheduler = cloud.client("scheduler")
    try:
        found: dict[str, Any] = scheduler.get_schedule(GroupName=cloud.resources["ScheduleGroup"], Name=name)
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    del found["ResponseMetadata"]
    return found


def runs(caller: Caller, name: str) -> list[dict[str, Any]]:
    answer = caller.api.get(f"/api/schedules/{name}/runs")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["runs"]
    return found


def delivered(cloud: Cloud, name: str, moment: str) -> None:
    """What the scheduler sends, once more."""
    event = json.dumps({"name": name, "plannedAt": moment})
    answer = cloud.client("lambda").invoke(FunctionName=cloud.resources["RunScheduleFunction"], Payload=event)
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_schedule_that_is_due_makes_its_picture_and_delivered_again_makes_no_other(
    cloud: Cloud, alice: Caller, person: Person
) -> None:
    name, moment = unique("due"), soon()
    source = person.drops(f"schedules/{name}.toml", schedule(f'at = "{moment}"', f"{name} on $date"))

    assert person.ended(source) == "success"
    folder = f"schedules/{name}/{moment[:10]}/"
    (picture, *_) = eventually(lambda: [key for key in person.keys(folder) if key.endswith(".png")])
    eventually(lambda: person.keys(f"schedules/{name}/latest.png"))
    delivered(cloud, name, moment)

    assert person.paid(name) == 1
    (run,) = runs(alice, name)
    assert (run["plannedAt"], run["state"], run["problems"]) == (moment, "done", [])
    assert [job["state"] for job in run["jobs"]] == ["success"]
    assert run["cost"] == {"credits": 18, "usd": 0.09}
    latest = person.s3.get_object(Bucket=person.images, Key=f"schedules/{name}/latest.png")
    assert latest["Body"].read() == person.s3.get_object(Bucket=person.images, Key=picture)["Body"].read()
    assert latest["Metadata"] == {"plantain": run["jobs"][0]["taskId"], "planned-at": moment}


def test_yesterdays_picture_stays_when_today_fails(cloud: Cloud, person: Person) -> None:
    name = unique("daily")
    source = person.drops(
        f"schedules/{name}.toml",
        schedule('cron = "0 9 * * ? *"', f"{name}$failure", overlap='"run"')
        + 'rotate.failure = ["", "[twin:fail-policy]"]\n',
    )
    assert person.ended(source) == "success"

    # Two that are not late.
    yesterday, today = (f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=n):%Y-%m-%d}T09:00:00Z" for n in (1, 2))
    delivered(cloud, name, yesterday)
    eventually(lambda: person.keys(f"schedules/{name}/latest.png"))
    delivered(cloud, name, today)
    (text,) = eventually(lambda: [key for key in person.keys("failed/") if name in key])

    assert "The latest picture of the schedule stays." in person.text(text)
    head = person.s3.head_object(Bucket=person.images, Key=f"schedules/{name}/latest.png")
    assert head["Metadata"]["planned-at"] == yesterday


def test_a_file_is_a_schedule_until_it_is_deleted_and_a_bad_one_leaves_the_old_one_running(
    cloud: Cloud, person: Person
) -> None:
    name = unique("weekly")
    key, good = f"schedules/{name}.toml", 'cron = "0 9 ? * MON *"\ntimezone = "Europe/Berlin"'

    assert person.ended(person.drops(key, schedule(good, "x"))) == "success"
    found = planned(cloud, name)
    assert found is not None
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    (plan,) = [key for key in person.keys("plans/") if name in key]
    assert person.text(plan).count("Monday ") == 5

    assert person.ended(person.drops(key, schedule(good, "x").replace("MON", "MOO"))) == "fail"
    assert planned(cloud, name) == found
    (text,) = [key for key in person.keys("failed/") if name in key]
    assert "line 1, cron: its day-of-week must be 1-7 or SUN-SAT, not MOO" in person.text(text)

    person.s3.delete_object(Bucket=person.inbox, Key=key)
    assert eventually(lambda: planned(cloud, name) is None)


def test_a_caller_keeps_a_schedule_of_its_own(cloud: Cloud, alice: Caller) -> None:
    name, moment = unique("mine"), soon()
    body = {"at": moment, "requests": [{"prompt": f"{name} $week", "resolution": "1K"}]}

    put = alice.api.put(f"/api/schedules/{name}", json=body)

    assert put.status_code == 200, put.text
    assert (put.json()["keptBy"], put.json()["nextRuns"]) == ("http", [moment.replace("Z", "+00:00")])
    bob = cloud.caller("bob")
    assert bob.api.get(f"/api/schedules/{name}").status_code == 404
    assert bob.api.put(f"/api/schedules/{name}", json=body).status_code == 409
    assert bob.api.delete(f"/api/schedules/{name}").status_code == 409
    (run,) = eventually(lambda: [r for r in runs(alice, name) if r["jobs"]])
    job = alice.finished(run["jobs"][0]["taskId"])
    assert (job["state"], job["prompt"].partition(" ")[0]) == ("success", name)
    assert alice.api.get(f"/api/images/{job['taskId']}/image").status_code == 302
    assert name in [kept["name"] for kept in alice.api.get("/api/schedules").json()["schedules"]]
    assert alice.api.delete(f"/api/schedules/{name}").status_code == 204
    assert alice.api.get(f"/api/schedules/{name}").status_code == 404
    assert planned(cloud, name) is None


def test_the_templates_schedule_runs_and_is_kept_in_the_template(
    cloud: Cloud, alice: Caller, person: Person
) -> None:
    found = alice.api.get("/api/schedules/template").json()
    assert (found["keptBy"], found["timezone"]) == ("template", "Europe/Berlin")
    assert alice.api.delete("/api/schedules/template").status_code == 409

    (run,) = eventually(lambda: runs(alice, "template"))
    assert run["state"] == "done"
    (plan,) = eventually(lambda: [key for key in person.keys("plans/") if "template" in key])
    assert "Kept in git, 20" in person.text(plan)


def test_the_daily_look_for_skipped_times_may_do_what_it_does(cloud: Cloud) -> None:
    answer = cloud.client("lambda").invoke(FunctionName=cloud.resources["ArmSkippedFunction"], Payload=b"{}")

    assert "FunctionError" not in answer, answer["Payload"].read()
