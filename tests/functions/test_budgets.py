"""Over a budget nothing is sent, and whoever asked is told which budget and when it begins anew."""

import datetime as dt
import json
from typing import Any

import pytest

from functions.create_task import app as create_task
from functions.record_end import app as record_end
from functions.submit_job import app as submit_job
from plantain.drops.dropped import job_keys
from plantain.errors import JobEnded, Misconfigured, OverBudget, TryAgainLater
from plantain.events import Events, NotTold
from plantain.job import Job, Source
from plantain.jobs.intake import take_in
from plantain.jobs.reservations import reservations
from plantain.jobs.table import Jobs, jobs
from plantain.pace.item import pace_item
from plantain.schedules.running import run_schedule
from plantain.schedules.runs import runs
from plantain.spending.counters import Counter
from plantain.spending.ledger import over_budget
from tests.builders import a_job, created, kie_says, refusal, used_credits
from tests.conftest import Cloud, forget_cached
from tests.functions.conftest import Answer, LambdaContext, Started, call, event, http_event
from tests.functions.scheduling import FILE, MONDAY, drop, group

__all__ = ["group"]  # the fixture: EventBridge's group of schedules

ONE_IMAGE = '{"callers": {"alice": {"day": 0.1}}}'
NO_IMAGE = '{"stack": {"month": 0.05}}'


def post(**body: Any) -> Answer:
    return call(submit_job, http_event("POST", "/api/images/generate", body=json.dumps({"prompt": "x"} | body)))


def run_create(job: Job) -> dict[str, Any]:
    output: dict[str, Any] = create_task.handler({"taskId": job.task_id}, LambdaContext())  # type: ignore[arg-type]
    return output


def kie_answers(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[Any]:
    kie, sent = kie_says(*answers)
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    return sent


def used() -> float:
    return used_credits(Counter("stack", "all", f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"))


def test_over_http_it_is_402_and_there_is_no_job(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", ONE_IMAGE)
    jobs().begin_create(reservations().reserve(a_job()).job)
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date()

    answer = post()

    assert (answer.status, answer.json["error"], answer.json["code"]) == (
        402,
        "Budget exceeded",
        "budget-exceeded",
    )
    assert answer.json["detail"] == (
        "The day budget of the caller alice, $0.10, has no room for $0.09 more. "
        f"It begins anew at {tomorrow} 00:00 UTC. Nothing was sent or charged."
    )
    assert (answer.json["charged"], answer.json["retryable"]) == ("no", False)
    assert started.task_ids == []


def test_a_402_does_not_use_up_an_idempotency_key(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    request = http_event(
        "POST", "/api/images/generate", body='{"prompt": "x"}', headers={"idempotency-key": "one"}
    )
    settings.setenv("BUDGETS", NO_IMAGE)
    assert call(submit_job, request).status == 402

    settings.setenv("BUDGETS", "{}")
    forget_cached()

    assert call(submit_job, request).status == 202


def test_a_budget_used_up_in_between_is_a_402_too(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", ONE_IMAGE)
    sent = kie_answers(monkeypatch, created())

    def other_first(task_id: str) -> None:
        jobs().begin_create(reservations().reserve(a_job()).job)
        with pytest.raises(OverBudget):
            run_create(jobs().get(task_id))

    started.fate = other_first

    answer = post()

    assert (answer.status, answer.json["code"]) == (402, "budget-exceeded")
    assert answer.json["taskId"] == started.task_ids[0]
    assert sent == []


def test_the_create_step_takes_no_slot_for_what_there_is_no_money_for(
    cloud: Cloud, settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", NO_IMAGE)
    sent = kie_answers(monkeypatch, created())
    job = reservations().reserve(a_job()).job

    with pytest.raises(OverBudget):
        run_create(job)

    ended = jobs().get(job.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged) == ("budget-exceeded", "no")
    assert pace_item().read().values == {}
    assert sent == []


def test_money_that_goes_between_the_look_and_the_intent_ends_the_job_unsent(
    cloud: Cloud, settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", NO_IMAGE)
    sent = kie_answers(monkeypatch, created())
    monkeypatch.setattr("plantain.spending.ledger.Ledger.require_room", lambda *_: None)
    job = reservations().reserve(a_job()).job

    with pytest.raises(OverBudget):
        run_create(job)

    assert jobs().get(job.task_id).charged == "no"
    assert (used(), sent) == (0, [])


def test_no_room_for_one_run_of_the_step_does_not_end_what_another_has_sent(
    cloud: Cloud, settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", ONE_IMAGE)
    sent = kie_answers(monkeypatch, created())
    job = reservations().reserve(a_job()).job
    begin = Jobs.begin_create

    def other_run_first(self: Jobs, job: Job) -> str:
        begin(self, job)
        self.accept(job, "kie-1")
        raise over_budget(Counter("caller", "alice", f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"), 18)

    monkeypatch.setattr(Jobs, "begin_create", other_run_first)

    with pytest.raises(JobEnded):
        run_create(job)

    found = jobs().get(job.task_id)
    assert (found.is_final, found.charged, found.kie_task_id) == (False, "unknown", "kie-1")
    assert (used(), sent) == (18, [])


def test_budgets_that_cannot_be_read_let_nothing_through(
    cloud: Cloud, settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, started: Started
) -> None:
    settings.setenv("BUDGETS", '{"stack": {"dya": 5}}')
    sent = kie_answers(monkeypatch, created())
    job = reservations().reserve(a_job()).job

    with pytest.raises(Misconfigured):
        run_create(job)
    answer = post()

    assert (answer.status, answer.json["code"], answer.json["charged"]) == (500, "misconfigured", "no")
    assert "stack/dya is none of day, month" in answer.json["detail"]
    assert (sent, started.task_ids) == ([], [])


def test_a_busy_kie_holds_no_money_back(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    kie_answers(monkeypatch, refusal(429, "Your call frequency is too high. Please try again later."))

    with pytest.raises(TryAgainLater):
        run_create(reservations().reserve(a_job()).job)

    assert used() == 0


def test_a_drop_is_told_in_a_text(cloud: Cloud, started: Started, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BUDGETS", NO_IMAGE)
    started.fate = lambda task_id: None
    version = cloud.s3.put_object(Bucket="inbox", Key="inbox/leaf.txt", Body=b"A leaf")["VersionId"]
    source = Source("inbox/leaf.txt", version)
    job = a_job(door="upload", source=source, stem="leaf")
    (key,) = job_keys(source, 1)
    take_in(job, key)
    with pytest.raises(OverBudget):
        run_create(job)

    ended = event("execution_aborted")
    ended["detail"] |= {"name": job.task_id, "status": "FAILED"}
    record_end.handler(ended, LambdaContext())  # type: ignore[arg-type]

    (entry,) = cloud.s3.list_objects_v2(Bucket="images", Prefix="failed/")["Contents"]
    text = " ".join(cloud.s3.get_object(Bucket="images", Key=entry["Key"])["Body"].read().decode().split())
    assert "The month budget of the whole stack, $0.05, has no room for $0.09 more." in text
    assert "It begins anew at" in text
    assert "Nothing was" in text


def test_a_run_of_a_schedule_without_money_is_marked_and_asks_for_nothing(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", '{"schedules": {"leaf": {"day": 0.1}}}')
    drop(cloud, FILE + '[[requests]]\nprompt = "Second"\n')

    assert run_schedule("leaf", MONDAY, MONDAY) == "skipped-budget"
    assert run_schedule("leaf", MONDAY, MONDAY) == "skipped-budget"  # delivered once more

    run = runs().find("leaf", MONDAY)
    assert run is not None
    (problem,) = run.problems
    assert problem.startswith("The day budget of the schedule leaf, $0.10, has no room for $0.18 more.")
    assert started.task_ids == []


class Told:
    """Stands in for EventBridge: remembers what was told, and may refuse it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refuses = False

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 (boto3's name)
        if self.refuses:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
        self.events += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def thresholds(self) -> list[tuple[int, str]]:
        details = [json.loads(entry["Detail"]) for entry in self.events]
        return [(detail["threshold"], detail["scope"]) for detail in details]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr("plantain.spending.alerts.events", lambda: Events(told))
    return told


def end(job: Job | None = None) -> Job:
    """A job that has been paid, and the event about its end."""
    job = job or reservations().reserve(a_job()).job
    if job.create_started_at is None:
        jobs().begin_create(job)
        jobs().succeed(job, [])
    tell_end(job)
    return job


def tell_end(job: Job) -> None:
    ended = event("execution_aborted")
    ended["detail"] |= {"name": job.task_id, "status": "SUCCEEDED"}
    record_end.handler(ended, LambdaContext())  # type: ignore[arg-type]


def test_a_budget_tells_once_that_it_is_nearly_and_once_that_it_is_wholly_used(
    cloud: Cloud, settings: pytest.MonkeyPatch, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("BUDGETS", '{"stack": {"day": 0.9}, "callers": {"bob": {"day": 0.1}}}')

    for _ in range(7):
        end()
    assert told.thresholds() == []
    last = end()
    assert told.thresholds() == [(80, "stack")]
    tell_end(last)
    end()
    assert told.thresholds() == [(80, "stack")]
    end()

    assert told.thresholds() == [(80, "stack"), (100, "stack")]
    entry, detail = told.events[1], json.loads(told.events[1]["Detail"])
    assert (entry["Source"], entry["DetailType"]) == ("plantain", "Budget Threshold Reached")
    assert (detail["name"], detail["usedUsd"], detail["limitUsd"]) == ("all", 0.9, 0.9)
    assert detail["resetsAt"].endswith("T00:00:00Z")
    assert '"BudgetPercent":[100.0]' in capsys.readouterr().out


def test_a_budget_that_holds_no_further_image_is_used_up(
    cloud: Cloud, settings: pytest.MonkeyPatch, told: Told
) -> None:
    settings.setenv("BUDGETS", '{"callers": {"alice": {"month": 0.15}}}')

    end()

    assert told.thresholds() == [(80, "caller"), (100, "caller")]


def test_an_event_that_is_not_taken_is_told_again(cloud: Cloud, settings: pytest.MonkeyPatch, told: Told) -> None:
    settings.setenv("BUDGETS", '{"stack": {"day": 0.1}}')
    told.refuses = True
    job = reservations().reserve(a_job()).job
    with pytest.raises(NotTold):
        end(job)

    told.refuses = False
    tell_end(job)

    assert told.thresholds() == [(80, "stack"), (100, "stack")]
