"""The steps that spend and look: what each finds in the record, and what it leaves there."""

from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.check_status import app as check_status
from functions.create_task import app as create_task
from functions.record_end import app as record_end
from plantain.errors import KieKeyMissing, OutcomeUnknown, TryAgainLater
from plantain.job import Job
from plantain.jobs.failures import failure_after
from plantain.jobs.reservations import reservations
from plantain.jobs.table import Jobs, jobs
from plantain.recovery import ended_executions
from tests.builders import KIE_TASK_ID, a_job, created, kie_says, record, refusal
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext, event

BUSY = refusal(429, "Your call frequency is too high. Please try again later.")


def run(step: ModuleType, message: dict[str, Any]) -> Any:
    return step.handler(message, LambdaContext())


def answering(monkeypatch: pytest.MonkeyPatch, step: ModuleType, *answers: Any) -> list[Any]:
    kie, sent = kie_says(*answers)
    monkeypatch.setattr(step, "kie", lambda: kie)
    return sent


@pytest.fixture
def job(cloud: Cloud) -> Job:
    return reservations().reserve(a_job()).job


def test_a_create_is_sent_once_however_often_the_step_runs(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = answering(monkeypatch, create_task, created())

    outputs = [run(create_task, {"taskId": job.task_id}) for _ in range(3)]

    ids = {"taskId": job.task_id, "kieTaskId": KIE_TASK_ID}
    assert outputs == [{"status": "CREATED", **ids, "rings": False, "looks": 0, "blanks": 0, "waitSeconds": 3}] * 3
    assert len(sent) == 1


def test_an_intent_without_an_answer_ends_the_job_and_sends_nothing(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = answering(monkeypatch, create_task, created())
    jobs().begin_create(job)

    with pytest.raises(OutcomeUnknown):
        run(create_task, {"taskId": job.task_id})

    ended = jobs().get(job.task_id)
    assert not [request for request in sent if request.method == "POST"]
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged) == ("outcome-unknown", "unknown")


def test_a_busy_kie_leaves_no_intent_behind(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATES_PER_TEN_SECONDS", "0")
    sent = answering(monkeypatch, create_task, BUSY, created())

    with pytest.raises(TryAgainLater):
        run(create_task, {"taskId": job.task_id})
    assert jobs().get(job.task_id).create_started_at is None
    run(create_task, {"taskId": job.task_id})

    assert len(sent) == 2
    assert jobs().get(job.task_id).kie_task_id == KIE_TASK_ID


def test_a_missing_key_is_found_out_before_anything_is_written_or_sent(
    cloud: Cloud, job: Job, settings: pytest.MonkeyPatch
) -> None:
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=" ")

    with pytest.raises(KieKeyMissing):
        run(create_task, {"taskId": job.task_id})

    ended = jobs().get(job.task_id)
    assert ended.create_started_at is None
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged) == ("kie-key-missing", "no")


def test_a_key_that_vanished_after_the_create_was_sent_makes_nothing_free(
    cloud: Cloud, job: Job, settings: pytest.MonkeyPatch
) -> None:
    jobs().begin_create(job)
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=" ")

    with pytest.raises(OutcomeUnknown):
        run(create_task, {"taskId": job.task_id})

    assert jobs().get(job.task_id).charged == "unknown"


def test_a_paid_task_survives_a_table_that_does_not_take_its_id(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    answering(monkeypatch, create_task, created())
    with monkeypatch.context() as patched:
        patched.setattr(Jobs, "accept", failing)
        output = run(create_task, {"taskId": job.task_id})
    assert jobs().get(job.task_id).kie_task_id is None

    answering(monkeypatch, check_status, record("generating"))
    output = run(check_status, output)

    seen = jobs().get(job.task_id)
    assert (seen.kie_task_id, seen.state, output["status"]) == (KIE_TASK_ID, "processing", "RUNNING")


def test_an_end_is_never_called_free_while_a_create_begins(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = failure_after

    def slow(*seen: Any) -> Any:
        monkeypatch.setattr(ended_executions, "failure_after", judge)
        failure = judge(*seen)
        jobs().begin_create(job)
        return failure

    monkeypatch.setattr(ended_executions, "failure_after", slow)
    stopped = event("execution_aborted")
    stopped["detail"]["name"] = job.task_id

    run(record_end, stopped)
    jobs().accept(job, KIE_TASK_ID)

    ended = jobs().get(job.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged, ended.kie_task_id) == ("aborted", "unknown", KIE_TASK_ID)
