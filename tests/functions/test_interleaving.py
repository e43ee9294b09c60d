"""An operator's word, a ring and a step that meet: whatever comes in between, nothing is paid twice or lost."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from functions.check_status import app as check_status
from functions.create_task import app as create_task
from functions.get_usage import app as get_usage
from plantain.errors import TryAgainLater
from plantain.executions import Found
from plantain.job import Failure, Job, StoredImage, now_ms
from plantain.jobs.failures import failure_after
from plantain.jobs.open_jobs import open_jobs
from plantain.jobs.reservations import is_free_to_try_again, reservations
from plantain.jobs.table import Jobs, jobs
from plantain.kie.api import Kie
from plantain.kie.balance import balance_of
from plantain.kie.callbacks import callback_url
from plantain.recovery import adopting, doorbell, reopening
from plantain.recovery.doorbell import ring
from plantain.refusals import CannotReopen
from plantain.spending.alerts import tell_of_budgets
from plantain.spending.counters import counters_of, utc_day
from plantain.steps import looking
from plantain.steps.polling import age_of
from plantain.task import Running, Succeeded
from tests.builders import KIE_KEY, KIE_TASK_ID, RESULT_URL, a_job, created, kie_says, record, sums_of
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext, call, http_event

OTHER = "1" * 32


class Executions:
    """Step Functions, which has of each execution only what is said here."""

    status: str | None = None

    def start(self, name: str) -> None:
        """Somebody else's affair."""

    def found(self, name: str) -> Found | None:
        return Found(self.status, "") if self.status else None


@pytest.fixture(autouse=True)
def executions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Executions:
    """Ten minutes and more after the create."""
    fake = Executions()
    for module in (reopening, doorbell):
        monkeypatch.setattr(module, "executions", lambda: fake)
    monkeypatch.setattr(reopening, "now_ms", lambda: now_ms() + reopening.CREATE_MS + 1)
    return fake


@pytest.fixture
def job(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job whose create was sent; Kie.ai tells that every task is made from it."""
    made = reservations().reserve(a_job()).job
    jobs().begin_create(made)
    param = {"model": "nano-banana-pro", "callBackUrl": callback_url("https://api.test", made), "input": "{}"}
    told = record("waiting", param=json.dumps(param))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(told).encode()))

    kie = Kie(
        "https://kie.test", key=lambda: KIE_KEY, fresh_key=lambda: KIE_KEY, transport=httpx.MockTransport(answer)
    )
    monkeypatch.setattr(adopting, "kie", lambda: kie)
    return made


@pytest.fixture
def lost(job: Job) -> Job:
    jobs().fail(job.task_id, Failure("outcome-unknown", "…", "unknown"))
    return now(job)


def now(job: Job) -> Job:
    return jobs().get(job.task_id)


def create(job: Job, monkeypatch: pytest.MonkeyPatch, *answers: Any) -> tuple[str | None, int]:
    """The job's task after its next create step, and how many creates were sent."""
    kie, sent = kie_says(*(answers or [created(OTHER)]))
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    create_task.handler({"taskId": job.task_id}, LambdaContext())  # type: ignore[arg-type]
    return now(job).kie_task_id, sum(one.url.path.endswith("createTask") for one in sent)


def before(monkeypatch: pytest.MonkeyPatch, method: str, do: Callable[[], object]) -> None:
    """Do this once, just before the table is asked for that."""
    real: Any = getattr(Jobs, method)
    left = [do]

    def meanwhile(self: Jobs, *given: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return real(self, *given, **named)

    monkeypatch.setattr(Jobs, method, meanwhile)


def listed(job: Job) -> bool:
    return job.task_id in {one.task_id for one in open_jobs().unsettled(0)}


def test_a_ring_that_comes_while_it_is_sent_again_is_found_before_the_create(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, "reopen", lambda: ring(now(lost), KIE_TASK_ID))

    reopening.resend(lost.task_id)

    assert create(lost, monkeypatch) == (KIE_TASK_ID, 0)


def test_a_ring_that_finds_the_job_failed_and_then_going_on_is_not_lost(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, "note_late_ring", lambda: reopening.resend(lost.task_id))

    assert ring(lost, KIE_TASK_ID)

    assert create(lost, monkeypatch) == (KIE_TASK_ID, 0)


@pytest.mark.parametrize("code", ["budget-exceeded", "kie-busy", "not-sent", "aborted", "kie-key-missing"])
def test_what_was_sent_once_can_be_adopted_whatever_became_of_the_next_try(lost: Job, code: str) -> None:
    reopening.resend(lost.task_id)
    jobs().fail(lost.task_id, Failure(code, "…", "no"))

    reopening.adopt(lost.task_id, KIE_TASK_ID)

    assert (now(lost).kie_task_id, now(lost).state) == (KIE_TASK_ID, "processing")


def test_a_job_that_waits_to_be_sent_again_can_be_adopted_and_is_counted(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    reopening.resend(lost.task_id)

    reopening.adopt(lost.task_id, KIE_TASK_ID)

    assert (create(lost, monkeypatch), now(lost).charged) == ((KIE_TASK_ID, 0), "unknown")
    jobs().note_result(now(lost), Succeeded((RESULT_URL,), 1, 18.0))
    jobs().succeed(now(lost), [StoredImage("images/x.png", "image/png", 3, "ab", 2, 1)])
    day = utc_day(lost.created_at)
    assert [sums_of(one)["spentCredits"] for one in counters_of(lost, day)] == [18] * len(counters_of(lost, day))


def test_a_job_that_is_adopted_while_its_create_is_refused_goes_on(job: Job) -> None:
    attempt = now(job).create_attempt
    assert attempt
    reopening.adopt(job.task_id, KIE_TASK_ID)

    jobs().withdraw_create(now(job), attempt)

    assert (now(job).kie_task_id, now(job).reserved_credits) == (KIE_TASK_ID, 18)


def test_what_was_given_a_task_is_not_begun(cloud: Cloud) -> None:
    unsent = reservations().reserve(a_job()).job
    jobs().accept(unsent, OTHER)

    with pytest.raises(TryAgainLater):
        jobs().begin_create(unsent)


def test_what_rang_after_credits_were_refused_is_not_sent_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = now(job).create_attempt
    assert attempt
    jobs().withdraw_create(now(job), attempt, sent=False)
    ring(now(job), KIE_TASK_ID)

    assert create(job, monkeypatch) == (KIE_TASK_ID, 0)


def test_a_free_failure_that_kie_has_rung_for_is_no_free_one(job: Job) -> None:
    jobs().fail(job.task_id, Failure("kie-busy", "…", "no"))
    assert is_free_to_try_again(now(job))

    ring(now(job), KIE_TASK_ID)

    assert not is_free_to_try_again(now(job))


def test_what_ends_while_a_ring_is_not_asked_for_may_have_been_paid(job: Job) -> None:
    attempt = now(job).create_attempt
    assert attempt
    jobs().withdraw_create(now(job), attempt)
    ring(now(job), KIE_TASK_ID)

    failure = failure_after(now(job), "FAILED", "TryAgainLater")

    assert (failure.code, failure.charged) == ("outcome-unknown", "unknown")


def test_a_ring_at_the_very_end_leaves_the_job_on_the_list(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, "_update_with", lambda: ring(now(job), KIE_TASK_ID))

    jobs().fail(job.task_id, Failure("kie-busy", "…", "no"))

    assert (now(job).state, now(job).is_unsettled, listed(job)) == ("fail", True, True)


def test_who_dismisses_a_job_that_rings_meanwhile_is_told(lost: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, "settle", lambda: ring(now(lost), KIE_TASK_ID))

    with pytest.raises(CannotReopen, match="rung"):
        reopening.dismiss(lost.task_id)

    assert listed(lost)
    reopening.dismiss(lost.task_id)
    assert not listed(lost)


def test_a_ring_that_comes_while_a_look_begins_is_heard_by_it(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(now(job), OTHER)
    before(monkeypatch, "hear_ring", lambda: ring(now(job), KIE_TASK_ID))

    heard = jobs().hear_ring(now(job))

    assert heard.rung_kie_task_ids == {OTHER, KIE_TASK_ID}


def test_a_ring_that_comes_while_a_lost_create_is_given_up_keeps_it(
    job: Job, monkeypatch: pytest.MonkeyPatch, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("UNKNOWN_MINUTES", "0")
    jobs().note_unknown(job)
    kie, _ = kie_says({"code": 200, "msg": "success", "data": 82.0})
    monkeypatch.setattr(check_status, "kie", lambda: kie)

    def asked(of: Kie) -> float | None:
        ring(now(job), KIE_TASK_ID)
        return balance_of(of)

    monkeypatch.setattr(looking, "balance_of", asked)
    looked = {"taskId": job.task_id, "kieTaskId": None, "rings": True, "looks": 0, "blanks": 0}
    told = check_status.handler(looked, LambdaContext())  # type: ignore[arg-type]

    assert (told["status"], told["waitSeconds"], now(job).is_final) == ("RUNNING", 1, False)


def test_the_patience_with_a_task_begins_when_it_is_accepted(lost: Job) -> None:
    reopening.resend(lost.task_id)
    reopened_at = now(lost).reopened_at
    assert reopened_at
    accepted_at = reopened_at + 30 * 3_600_000

    assert age_of(replace(now(lost), accepted_at=accepted_at), accepted_at + 5000) == 5


def test_what_timed_out_at_kie_is_looked_at_again_with_all_patience(lost: Job) -> None:
    jobs().accept(lost, KIE_TASK_ID)
    reopening.redrive(lost.task_id)
    jobs().note_running(now(lost), Running("processing"), late=False, timed_out=True)
    jobs().fail(lost.task_id, Failure("kie-timeout", "…", "unknown"))

    reopening.redrive(lost.task_id)

    assert now(lost).timeout_seen_at is None


def test_a_job_whose_workflow_has_ended_unheard_does_not_go_on(lost: Job, executions: Executions) -> None:
    reopening.resend(lost.task_id)
    executions.status = "FAILED"

    with pytest.raises(CannotReopen, match="being written down"):
        reopening.redrive(lost.task_id)


def test_a_day_of_which_only_a_threshold_is_known_can_be_asked_for(
    cloud: Cloud, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", '{"callers": {"alice": {"day": 0.05}}}')
    dear = reservations().reserve(a_job()).job
    jobs().fail(dear.task_id, Failure("budget-exceeded", "…", "no"))
    tell_of_budgets(now(dear))

    assert call(get_usage, http_event("GET", "/api/usage", caller="alice")).status == 200
