"""Schedules kept by files, over HTTP and by the template; their runs; the latest picture."""

import datetime as dt
import json
from typing import Any

import pytest

from functions.arm_skipped import app as arm_skipped
from functions.delete_schedule import app as delete_schedule
from functions.get_schedule import app as get_schedule
from functions.list_runs import app as list_runs
from functions.list_schedules import app as list_schedules
from functions.put_schedule import app as put_schedule
from functions.record_end import app as record_end
from functions.run_schedule import app as run_schedule
from functions.sync_schedule import app as sync_schedule
from plantain import keeping, running
from plantain.aws import client
from plantain.errors import ClaimInFlight
from plantain.faults import Fault, InvalidRequest
from plantain.images import Images, image_key
from plantain.intake import take_in
from plantain.job import Failure, Job, StoredImage, now_ms
from plantain.jobs import jobs
from plantain.run import RunInFlight
from plantain.run_id import moment_text
from plantain.runs import runs
from plantain.schedule_files import sync
from plantain.scheduler import Scheduler
from plantain.schedules import Kept, Schedules
from plantain.task import Succeeded
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, Started, call, http_event

FILE = """\
cron = "0 9 ? * MON *"
timezone = "Europe/Berlin"
[[requests]]
prompt = "A leaf on $date, $topic"
rotate.topic = ["green", "red"]
"""
KEY = "schedules/leaf.toml"
BODY = {"cron": "0 9 ? * MON *", "timezone": "Europe/Berlin", "requests": [{"prompt": "A leaf on $date"}]}
MONDAY = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)  # 9 o'clock in Berlin
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def group(cloud: Cloud) -> None:
    client("scheduler").create_schedule_group(Name="schedules")


def drop(cloud: Cloud, text: str = FILE, key: str = KEY, **more: Any) -> str:
    version: str = cloud.s3.put_object(Bucket="inbox", Key=key, Body=text.encode(), **more)["VersionId"]
    hear(key)
    return version


def hear(key: str = KEY, change: str = "Object Created") -> None:
    event = {"id": "1", "detail-type": change, "detail": {"object": {"key": key}}}
    sync_schedule.handler(event, LambdaContext())  # type: ignore[arg-type]


def planned(name: str = "leaf") -> dict[str, Any] | None:
    """The schedule as EventBridge has it."""
    scheduler = client("scheduler")
    try:
        found: dict[str, Any] = scheduler.get_schedule(GroupName="schedules", Name=name)
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    del found["ResponseMetadata"]
    return found


def texts(cloud: Cloud, folder: str) -> dict[str, str]:
    found = cloud.s3.list_objects_v2(Bucket="images", Prefix=f"{folder}/").get("Contents", [])
    read = {o["Key"]: cloud.s3.get_object(Bucket="images", Key=o["Key"])["Body"].read().decode() for o in found}
    return {key.removeprefix(f"{folder}/"): text for key, text in read.items()}


def status_tag(cloud: Cloud, version: str, key: str = KEY) -> str:
    tags = cloud.s3.get_object_tagging(Bucket="inbox", Key=key, VersionId=version)["TagSet"]
    return str({tag["Key"]: tag["Value"] for tag in tags}["plantain-status"])


def put(name: str = "leaf", caller: str = "alice", **changes: Any) -> Answer:
    return call(
        put_schedule, http_event("PUT", f"/api/schedules/{name}", body=json.dumps(BODY | changes), caller=caller)
    )


def shown(name: str = "leaf", caller: str = "alice") -> Answer:
    return call(get_schedule, http_event("GET", f"/api/schedules/{name}", caller=caller))


def deleted(name: str = "leaf", caller: str = "alice") -> Answer:
    return call(delete_schedule, http_event("DELETE", f"/api/schedules/{name}", caller=caller))


def listed(caller: str = "alice") -> list[str]:
    answer = call(list_schedules, http_event("GET", "/api/schedules", caller=caller))
    return [schedule["name"] for schedule in answer.json["schedules"]]


def runs_of(name: str = "leaf", query: str = "", caller: str = "alice") -> Answer:
    return call(list_runs, http_event("GET", f"/api/schedules/{name}/runs{query}", caller=caller))


def run(
    moment: dt.datetime = MONDAY, *, late: dt.timedelta = dt.timedelta(), name: str = "leaf", **more: Any
) -> str:
    return running.run_schedule(name, moment, moment + late, **more)


def made(started: Started) -> list[Job]:
    return [jobs().get(task_id) for task_id in started.task_ids]


def end(cloud: Cloud, job: Job, *, fail: bool = False, extension: str = "png", content: bytes = b"png") -> None:
    """Carry the job to its end, and tell record_end."""
    if fail:
        jobs().fail(job.task_id, Failure("content-policy", "flagged", "no"))
    else:
        key = image_key(job, 1, extension)
        cloud.s3.put_object(Bucket="images", Key=key, Body=content)
        if job.create_started_at is None:
            jobs().begin_create(job)
        jobs().note_result(job, Succeeded(("https://tempfile.example.com/1.png",), 12_000, 18.0))
        jobs().succeed(job, [StoredImage(key, f"image/{extension}", len(content), "abc", 1, 1)])
    told(job, "FAILED" if fail else "SUCCEEDED")


def told(job: Job, status: str = "SUCCEEDED") -> None:
    record_end.handler({"detail": {"name": job.task_id, "status": status}}, LambdaContext())  # type: ignore[arg-type]


# ---- kept by a file


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

    monkeypatch.setattr("plantain.schedule_files.keep", overtaken)
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
    monkeypatch.setattr("plantain.schedule_files.now_ms", lambda: 1_900_000_000_000)

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
    monkeypatch.setattr("plantain.schedule_files.now_ms", lambda: a_day_on)

    drop(cloud, change + RATE)
    drop(cloud, change + RATE.replace("A leaf", "A tree"))

    after = planned()
    assert after is not None
    assert after["StartDate"] == before["StartDate"]
    assert shown().json["nextRuns"] in (runs_before, [])


# ---- local times that the clock skips


def night(cloud: Cloud) -> None:
    drop(cloud, FILE.replace("0 9 ? * MON *", "30 2 * * ? *"))


def test_a_skipped_time_is_planned_by_hand_and_runs_once(cloud: Cloud, started: Started) -> None:
    night(cloud)
    spring = dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)
    kept = keeping.find("leaf")
    assert kept is not None

    armed = keeping.arm_skipped(kept, keeping.schedule_of_kept(kept), spring - dt.timedelta(days=2))
    assert keeping.arm_skipped(kept, keeping.schedule_of_kept(kept), spring - dt.timedelta(days=1)) == armed == 1

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
    timing = keeping.timing_of(kept)
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
        keeping.arm_skipped(kept, keeping.schedule_of_kept(kept), now)

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


# ---- runs


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
    monkeypatch.setattr("plantain.runs.now_ms", lambda: int(recovered.timestamp() * 1000))

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
    monkeypatch.setattr("plantain.claims.now_ms", lambda: ten_days_on)

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


# ---- the latest picture


def latest(cloud: Cloud, file: str = "latest.png") -> bytes | None:
    try:
        read: bytes = cloud.s3.get_object(Bucket="images", Key=f"schedules/leaf/{file}")["Body"].read()
    except cloud.s3.exceptions.NoSuchKey:
        return None
    return read


def three_runs(cloud: Cloud, started: Started) -> list[Job]:
    drop(cloud, 'overlap = "run"\n' + FILE)
    for week in range(3):
        run(MONDAY + week * WEEK)
    return made(started)


def test_the_latest_picture_is_that_of_the_newest_run_that_succeeded(cloud: Cloud, started: Started) -> None:
    first, second, third = three_runs(cloud, started)

    end(cloud, second, content=b"second")
    end(cloud, first, content=b"first")  # late
    assert latest(cloud) == b"second"
    end(cloud, third, fail=True)
    assert latest(cloud) == b"second"
    told(second)
    versions = cloud.s3.list_object_versions(Bucket="images", Prefix="schedules/leaf/latest")["Versions"]
    assert len(versions) == 1
    assert cloud.s3.head_object(Bucket="images", Key="schedules/leaf/latest.png")["Metadata"] == {
        "plantain": second.task_id,
        "planned-at": "2026-12-07T08:00:00Z",
    }
    ((name, text),) = texts(cloud, "failed").items()
    assert name == f"leaf__{third.task_id}.txt"
    assert "The latest picture of the schedule stays." in text


def test_another_format_leaves_no_old_picture_behind(cloud: Cloud, started: Started) -> None:
    first, second, third = three_runs(cloud, started)
    end(cloud, first)
    end(cloud, second, extension="jpg", content=b"jpg")
    assert (latest(cloud), latest(cloud, "latest.jpg")) == (None, b"jpg")
    end(cloud, third)
    assert (latest(cloud), latest(cloud, "latest.jpg")) == (b"png", None)


def test_an_older_run_that_ends_late_in_another_format_is_not_the_latest(cloud: Cloud, started: Started) -> None:
    first, second, _ = three_runs(cloud, started)
    end(cloud, second, content=b"second")
    end(cloud, first, extension="jpg", content=b"first")

    assert (latest(cloud), latest(cloud, "latest.jpg")) == (b"second", None)


def test_what_broke_before_the_old_format_was_taken_away_is_finished_by_a_retry(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = three_runs(cloud, started)
    end(cloud, first)
    with monkeypatch.context() as broken:
        broken.setattr(Images, "delete", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            end(cloud, second, extension="jpg", content=b"second")

    told(second)

    assert (latest(cloud), latest(cloud, "latest.jpg")) == (None, b"second")


def test_two_formats_that_end_at_once_leave_the_newer(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = three_runs(cloud, started)
    write, overtaking = Images.put_latest, [second]

    def slow(self: Images, *args: Any) -> None:
        if overtaking:
            end(cloud, overtaking.pop(), content=b"second")
        write(self, *args)

    monkeypatch.setattr(Images, "put_latest", slow)
    end(cloud, first, extension="jpg", content=b"first")

    assert (latest(cloud), latest(cloud, "latest.jpg")) == (b"second", None)


def test_each_request_has_a_latest_of_its_own_and_of_its_images_the_first(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE + 'count = 2\n[[requests]]\nprompt = "Another"\n')
    run()
    for job in made(started):
        assert job.member is not None
        end(cloud, job, content=job.member.encode())

    assert (latest(cloud), latest(cloud, "latest-2.png")) == (b"01-01", b"02-01")


def test_who_is_overtaken_while_writing_looks_again(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = three_runs(cloud, started)
    write, overtaking = Images.put_latest, [second]

    def slow(self: Images, *args: Any) -> None:
        if overtaking:
            end(cloud, overtaking.pop(), content=b"second")
        write(self, *args)

    monkeypatch.setattr(Images, "put_latest", slow)
    end(cloud, first, content=b"first")

    assert latest(cloud) == b"second"


# ---- over HTTP


def test_put_answers_with_the_next_five_runs(cloud: Cloud) -> None:
    answer = put()

    assert answer.status == 200
    assert len(answer.json["nextRuns"]) == 5
    assert all("T09:00:00+0" in moment for moment in answer.json["nextRuns"])
    assert (answer.json["keptBy"], answer.json["requests"]) == ("http", BODY["requests"])
    assert planned() is not None
    assert shown().json == answer.json
    assert put(cron="0 10 ? * MON *").json["cron"] == "0 10 ? * MON *"


def test_deleted_it_is_gone(cloud: Cloud) -> None:
    put()

    assert deleted().status == 204
    assert (deleted().status, shown().status, planned(), listed()) == (404, 404, None, [])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"cron": None}, ""),
        ({"flexibleMinutes": -1}, "/flexibleMinutes"),
        ({"requests": [{"prompt": "x", "imageInput": ["inbox/a.png"]}]}, "/requests/0/imageInput/0"),
        ({"requests": [{"prompt": "x", "outputFormat": "gif"}]}, "/requests/0/outputFormat"),
        ({"colour": 1}, "/colour"),
        ({"A" * 60_000: 1}, ""),
    ],
)
def test_every_fault_has_its_pointer(cloud: Cloud, changes: dict[str, Any], pointer: str) -> None:
    answer = put(**changes)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, pointer)
    assert listed() == []


@pytest.mark.parametrize("name", ["Leaf", "x" * 60, "-a", "a.b"])
def test_a_name_that_cannot_be_is_refused(cloud: Cloud, name: str) -> None:
    answer = put(name)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/name")
    assert (shown(name).status, deleted(name).status) == (404, 404)


def test_what_broke_while_it_was_ended_is_ended_by_asking_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    with monkeypatch.context() as broken:
        broken.setattr(Schedules, "delete", lambda *_: 1 / 0)
        assert deleted().status == 500

    assert (deleted().status, planned(), shown().status) == (204, None, 404)


def test_what_is_kept_elsewhere_is_changed_there(cloud: Cloud) -> None:
    drop(cloud)
    for answer in (put(), deleted()):
        assert (answer.status, answer.json["code"]) == (409, "schedule-kept-elsewhere")
        assert "by the file schedules/leaf.toml" in answer.json["detail"]
    put("mine", caller="alice")
    for answer in (put("mine", caller="bob"), deleted("mine", caller="bob")):
        assert answer.status == 409
        assert "alice" not in answer.json["detail"]
    assert put("template").status == 409


def test_a_file_for_what_is_kept_over_http_is_told_so(cloud: Cloud) -> None:
    put()

    version = drop(cloud, FILE.replace("0 9", "0 10"))

    assert "kept over HTTP" in "".join(texts(cloud, "failed").values())
    assert status_tag(cloud, version) == "fail"
    assert shown().json["cron"] == "0 9 ? * MON *"
    cloud.s3.delete_object(Bucket="inbox", Key=KEY)
    hear(change="Object Deleted")
    assert shown().status == 200


def test_the_owners_schedules_are_everybodys_to_see_and_those_over_http_their_keepers(
    cloud: Cloud, started: Started
) -> None:
    drop(cloud)
    put("mine", caller="alice")

    assert (listed("alice"), listed("bob")) == (["leaf", "mine"], ["leaf"])
    assert (shown("mine", "bob").status, runs_of("mine", caller="bob").status) == (404, 404)
    run(name="mine")
    assert made(started)[0].caller == "alice"


def test_who_takes_a_name_that_has_become_free_sees_and_finishes_nothing_of_before(
    cloud: Cloud, started: Started
) -> None:
    put(caller="alice")
    run()
    runs().begin("leaf", MONDAY + WEEK, {}, runs().turn("leaf"), "alice")
    deleted(caller="alice")
    put(caller="bob")

    assert runs_of(caller="bob").json["runs"] == []
    assert run(MONDAY + WEEK) == "not-run"
    put_again = deleted(caller="bob").status, put(caller="alice").status
    assert put_again == (204, 200)
    assert len(runs_of(caller="alice").json["runs"]) == 2


def test_runs_are_shown_with_their_jobs_states_and_cost_the_newest_first_in_pages(
    cloud: Cloud, started: Started
) -> None:
    first, second, third = three_runs(cloud, started)
    end(cloud, first)
    end(cloud, second, fail=True)
    run(MONDAY + 3 * WEEK, late=dt.timedelta(days=1))

    page = runs_of(query="?limit=2").json
    rest = runs_of(query=f"?limit=2&cursor={page['cursor']}").json

    shown_runs = page["runs"] + rest["runs"]
    assert [r["plannedAt"] for r in shown_runs] == [moment_text(MONDAY + week * WEEK) for week in (3, 2, 1, 0)]
    assert [r["state"] for r in shown_runs] == ["skipped-missed", "done", "done", "done"]
    assert [[j["state"] for j in r["jobs"]] for r in shown_runs] == [[], ["pending"], ["fail"], ["success"]]
    assert [r["cost"] for r in shown_runs] == [None, None, None, {"credits": 18.0, "usd": 0.09}]
    assert shown_runs[1]["jobs"][0]["taskId"] == third.task_id
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("query", "pointer"), [("?limit=0", "/limit"), ("?limit=101", "/limit"), ("?cursor=x", "/cursor")]
)
def test_a_bad_question_names_the_field(cloud: Cloud, query: str, pointer: str) -> None:
    drop(cloud)
    answer = runs_of(query=query)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, pointer)


# ---- kept by the template


def test_the_templates_schedule_is_shown_and_runs(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("SCHEDULED_EXPRESSION", "cron(0 9 ? * MON *)")
    settings.setenv("SCHEDULED_TIMEZONE", "Europe/Berlin")
    settings.setenv("SCHEDULED_REQUEST", '{"prompt": "From git, $date", "resolution": "1K"}')

    found = shown("template").json
    assert (found["keptBy"], found["cron"], len(found["nextRuns"])) == ("template", "0 9 ? * MON *", 5)
    assert listed() == ["template"]
    assert run(name="template") == run(name="template") == "done"
    (job,) = made(started)
    assert (job.request.prompt, job.caller) == ("From git, 2026-11-30", "schedules/template")
    assert len(runs_of("template").json["runs"]) == 1


def test_a_bad_request_of_the_template_shows_when_it_runs(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("SCHEDULED_EXPRESSION", "rate(1 day)")
    settings.setenv("SCHEDULED_REQUEST", "{no json}")

    assert shown("template").json["nextRuns"] == []
    assert run(name="template") == "done"
    assert "needs a prompt" in runs_of("template").json["runs"][0]["problems"][0]


def test_a_request_may_be_content_with_an_image_of_an_earlier_run(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE + "cache = true\ncount = 2\n")

    run()

    assert [(job.request.cache, job.copy) for job in made(started)] == [(True, 1), (True, 2)]
