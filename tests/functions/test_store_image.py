"""The step that stores: what it leaves in the record and in the log, and when it does nothing any more."""

from types import ModuleType
from typing import Any

import pytest

from functions.store_image import app
from plantain import errors
from plantain.job import Job, StoredImage
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.steps import delivering
from plantain.steps.storing import MAY_PASS, PATIENCE_MS, SOME_MISSING
from plantain.task import Succeeded
from tests.builders import KIE_TASK_ID, a_job
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext

URLS = ("https://files.test/1", "https://files.test/2")
IMAGE = StoredImage("images/2026/03/25/a.png", "image/png", 1000, "ab", 10, 10)


@pytest.fixture
def job(cloud: Cloud) -> Job:
    reserved = reservations().reserve(a_job()).job
    jobs().accept(reserved, KIE_TASK_ID)
    jobs().note_result(reserved, Succeeded(URLS, 12_000, 18.0))
    return jobs().get(reserved.task_id)


def run(job: Job, step: ModuleType = app) -> Any:
    return step.handler({"taskId": job.task_id}, LambdaContext())


def storing(monkeypatch: pytest.MonkeyPatch, outcome: tuple[StoredImage, ...] | Exception) -> list[float]:
    """`store` ends so; the list gets how long each call was told to have waited."""
    waited: list[float] = []

    def store(*_: object, waited_ms: float) -> tuple[StoredImage, ...]:
        waited.append(waited_ms)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(delivering, "store", store)
    return waited


def test_a_job_that_is_stored_already_is_left_as_it_is(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs().succeed(job, [IMAGE])
    before = jobs().get(job.task_id)
    calls = storing(monkeypatch, AssertionError("stored again"))

    assert run(job) == {"taskId": job.task_id}
    assert (calls, jobs().get(job.task_id)) == ([], before)


def test_what_is_left_out_is_counted_in_the_log(
    job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storing(monkeypatch, (IMAGE,))

    run(job)

    (line,) = [vars(record) for record in caplog.records if record.message == "stored"]
    assert line["left_out"] == 1
    assert jobs().get(job.task_id).images == (IMAGE,)


@pytest.mark.parametrize("code", [*MAY_PASS, SOME_MISSING])
def test_patience_counts_from_the_first_time_that_something_was_missing(
    job: Job, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    waited = storing(monkeypatch, errors.TryAgainLater("not there", code=code))

    with pytest.raises(errors.TryAgainLater):
        run(job)
    seen = jobs().get(job.task_id).unusable_seen_at
    assert seen
    monkeypatch.setattr(delivering, "now_ms", lambda: seen + PATIENCE_MS)
    with pytest.raises(errors.TryAgainLater):
        run(job)

    assert waited == [0, PATIENCE_MS]
    assert jobs().get(job.task_id).unusable_seen_at == seen


def test_patience_does_not_run_while_nothing_arrives(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    storing(monkeypatch, errors.TryAgainLater("silence", code="result-unreachable"))

    with pytest.raises(errors.TryAgainLater):
        run(job)
    assert jobs().get(job.task_id).unusable_seen_at is None
