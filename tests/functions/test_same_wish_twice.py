"""The same wish twice, by each door: a refusal is told again as itself, what may have been paid is held."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from functions.on_upload import app as on_upload
from functions.submit_job import app as submit_job
from plantain.aws import client
from plantain.batches.executions import BatchExecutions
from plantain.batches.intake import take_in_batch, taken_in_batch
from plantain.batches.records import batch_records
from plantain.job import Failure, Job, task_id_of
from plantain.jobs import claims
from plantain.jobs.claims import claim_id
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.recovery import reopening
from plantain.refusals import IdempotencyKeyReused
from plantain.schedules import running
from plantain.schedules.keeping import keep
from plantain.schedules.kept import Kept
from tests.builders import a_job
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, Started, call, event, http_event

MONDAY = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
WISH = {"prompt": "a leaf"}
DAY = 86_400_000


@dataclass
class Door:
    """One way in: `knock` asks for the same once more."""

    knock: Callable[[], object]
    started: Started

    def job(self) -> Job:
        """The only job there is, asked for once more."""
        self.knock()
        (task_id,) = {task_id_of(name) for name in self.started.task_ids}
        return jobs().get(task_id)


def post(body: dict[str, Any] = WISH, key: str = "order-7") -> Answer:
    headers = {"idempotency-key": key}
    return call(submit_job, http_event("POST", "/api/images/generate", body=json.dumps(body), headers=headers))


def deliver(version: str) -> None:
    message = event("object_created")
    message["detail"]["object"] |= {"key": "inbox/leaf.txt", "version-id": version}
    on_upload.handler(message, LambdaContext())  # type: ignore[arg-type]


def schedule(cloud: Cloud) -> None:
    client("scheduler").create_schedule_group(Name="schedules")
    document = {"cron": "0 9 ? * MON *", "timezone": "Europe/Berlin", "requests": [WISH]}
    keep(Kept(name="leaf", kept_by="file", document=document, written_at=1_700_000_000_000))


def row(started: Started) -> None:
    """As take_row does it, within one batch; the state machine starts the job."""
    job = a_job(group="batch#1", member="00001")
    taken = reservations().reserve_for_good(job, claim_id("alice", "row", "spring", "1", "wish")).job
    if not taken.is_final:
        started.start(taken.task_id)


@pytest.fixture(params=["http", "drop", "schedule", "batch"])
def door(request: pytest.FixtureRequest, cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch) -> Door:
    started.fate = lambda task_id: None
    monkeypatch.setattr(submit_job, "WATCH_SECONDS", 0.0)
    if request.param == "drop":
        version = cloud.s3.put_object(Bucket="inbox", Key="inbox/leaf.txt", Body=b"a leaf")["VersionId"]
    if request.param == "schedule":
        schedule(cloud)
    knocks: dict[str, Callable[[], object]] = {
        "http": post,
        "drop": lambda: deliver(version),
        "schedule": lambda: running.run_schedule("leaf", MONDAY, MONDAY),
        "batch": lambda: row(started),
    }
    return Door(knocks[request.param], started)


def ends(job: Job, code: str, charged: Any) -> None:
    if charged != "no":
        jobs().begin_create(job)
    jobs().fail(job.task_id, Failure(code, "Kie's own words", charged))


@pytest.mark.parametrize(
    ("code", "charged"),
    [("kie-refused", "no"), ("content-policy", "no"), ("outcome-unknown", "unknown"), ("result-gone", "yes")],
)
def test_the_same_again_is_the_same_job_whatever_has_become_of_it(door: Door, code: str, charged: Any) -> None:
    assert door.job() == door.job()
    ends(door.job(), code, charged)
    ended = door.job()

    door.started.task_ids.append(ended.task_id)
    for _ in range(2):
        again = door.job()
        assert (again.task_id, again.failure) == (ended.task_id, Failure(code, "Kie's own words", charged))


def test_files_planned_times_and_rows_stay_the_same_for_good(
    door: Door, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """From the dead letters they are told again up to weeks later; a key over HTTP is kept for seven days."""
    first = door.job()
    monkeypatch.setattr(claims, "now_ms", lambda: first.created_at + 60 * DAY)

    door.knock()

    over_http = "[http]" in request.node.name
    assert len(set(door.started.task_ids)) == (2 if over_http else 1)


def test_an_operator_who_has_a_lost_job_sent_again_changes_nothing_about_its_key(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = door.job()
    ends(lost, "outcome-unknown", "unknown")
    monkeypatch.setattr(reopening, "now_ms", lambda: lost.created_at + DAY)
    monkeypatch.setattr(reopening, "_require_reopenable", lambda *_, **__: None)
    reopening.resend(lost.task_id)
    door.started.task_ids[:] = [lost.task_id]

    again = door.job()

    assert (again.task_id, again.state, again.reopened) == (lost.task_id, "pending", 1)


def test_an_operator_who_takes_a_lost_job_off_the_list_releases_nothing(door: Door) -> None:
    lost = door.job()
    ends(lost, "outcome-unknown", "unknown")
    reopening.dismiss(lost.task_id)

    assert door.job().task_id == lost.task_id


# ---- a key over HTTP, and another wish


def test_what_was_refused_at_no_cost_keeps_its_key_from_no_other_wish(cloud: Cloud, started: Started) -> None:
    started.fate = lambda task_id: ends(jobs().get(task_id), "kie-refused", "no")
    refused = post()
    started.fate = lambda task_id: jobs().accept(jobs().get(task_id), "kie-task")

    mended = post({"prompt": "another leaf"})

    assert mended.status == 202
    assert mended.json["taskId"] != refused.json["taskId"]
    assert post({"prompt": "another leaf"}).json["taskId"] == mended.json["taskId"]
    assert post().status == 422
    assert len(started.task_ids) == 3  # the repeat starts what runs once more, to heal a start that was lost


@pytest.mark.parametrize(("code", "charged"), [("outcome-unknown", "unknown"), ("result-gone", "yes"), ("", None)])
def test_what_runs_or_may_have_been_paid_holds_its_key(
    cloud: Cloud, started: Started, code: str, charged: Any
) -> None:
    if charged:
        started.fate = lambda task_id: ends(jobs().get(task_id), code, charged)
    post()

    assert post({"prompt": "another leaf"}).status == 422
    assert len(started.task_ids) == 1


def test_what_was_refused_before_there_was_a_job_has_used_no_key(cloud: Cloud, started: Started) -> None:
    assert post({"prompt": ""}).status == 400

    assert post().status == 202


def test_of_two_who_mend_a_refusal_under_one_key_one_wins(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at what was refused and the write in its place another call has been quicker."""
    refused = reservations().reserve(a_job(), "order-7", "first").job
    ends(refused, "kie-refused", "no")
    quicker, looks = a_job(), iter([refused.task_id])
    real = type(jobs()).get

    def overtaken(self: Any, task_id: str) -> Job:
        job = real(self, task_id)
        if task_id == next(looks, None):
            reservations().reserve(quicker, "order-7", "second")
        return job

    monkeypatch.setattr(type(jobs()), "get", overtaken)

    with pytest.raises(IdempotencyKeyReused):
        reservations().reserve(a_job(), "order-7", "third")
    found = reservations().find("alice", "order-7", "second")
    assert found
    assert found.task_id == quicker.task_id


# ---- a batch's key


def ordered(fingerprint: str, key: str = "spring-1", door: Any = "http") -> str:
    return take_in_batch(
        caller="alice", door=door, reference="x", name="x", idempotency_key=key, fingerprint=fingerprint
    ).batch_id


@pytest.fixture
def batches(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchExecutions, "start", lambda *_: None)
    monkeypatch.setenv("BATCH_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:batch")


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_a_batch_of_which_nothing_was_made_keeps_its_key_from_no_other_order(batches: None, state: Any) -> None:
    first = ordered("one")
    batch_records().change(first, {"state": state}, only_from=("checking",))

    assert ordered("one") == first
    mended = ordered("two")

    assert mended != first
    assert ordered("two") == mended


@pytest.mark.parametrize("changes", [{"state": "running"}, {"state": "done"}, {"state": "failed", "rows": 3}])
def test_a_batch_of_which_something_may_have_been_made_holds_its_key(batches: None, changes: Any) -> None:
    first = ordered("one")
    batch_records().change(first, changes, only_from=("checking",))

    with pytest.raises(IdempotencyKeyReused):
        ordered("two")
    with pytest.raises(IdempotencyKeyReused):
        taken_in_batch("alice", "spring-1", "two")


def test_a_list_that_was_dropped_is_one_batch_for_good(batches: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ordered("", door="upload")
    later = batch_records().get(first).created_at + 60 * DAY
    monkeypatch.setattr(claims, "now_ms", lambda: later)

    assert ordered("", door="upload") == first
