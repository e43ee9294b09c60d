"""A create whose answer was lost takes the task for its own that was made from it, whatever else is named."""

import json
from typing import Any

import httpx
import pytest

from functions.create_task import app as create_task
from plantain.errors import OutcomeUnknown, TryAgainLater
from plantain.job import Failure, Job
from plantain.jobs.reservations import reservations
from plantain.jobs.table import Jobs, jobs
from plantain.kie.api import Kie
from plantain.kie.callbacks import callback_url
from plantain.recovery import adopting
from plantain.recovery.doorbell import ring
from tests.builders import KIE_KEY, KIE_TASK_ID, a_job, created, kie_says, record, refusal
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext

OTHER = "0" * 32


@pytest.fixture
def lost(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job whose create was sent; Kie.ai has one task of it, and OTHER of somebody else's."""
    job = reservations().reserve(a_job()).job
    jobs().begin_create(job)

    def answer(request: httpx.Request) -> httpx.Response:
        asked_by = job if request.url.params["taskId"] == KIE_TASK_ID else a_job()
        param = {
            "model": "nano-banana-pro",
            "callBackUrl": callback_url("https://api.test", asked_by),
            "input": "{}",
        }
        return httpx.Response(
            200, stream=httpx.ByteStream(json.dumps(record("waiting", param=json.dumps(param))).encode())
        )

    kie = Kie(
        "https://kie.test", key=lambda: KIE_KEY, fresh_key=lambda: KIE_KEY, transport=httpx.MockTransport(answer)
    )
    monkeypatch.setattr(adopting, "kie", lambda: kie)
    return job


def named(job: Job, *kie_task_ids: str) -> Any:
    """What is adopted after these rings."""
    for kie_task_id in kie_task_ids:
        ring(jobs().get(job.task_id), kie_task_id)
    return adopting.adopted(jobs().get(job.task_id))


@pytest.mark.parametrize(
    "rings", [[KIE_TASK_ID], [KIE_TASK_ID, OTHER], [OTHER, KIE_TASK_ID], [OTHER, KIE_TASK_ID, OTHER]]
)
def test_a_swapped_ring_does_not_push_out_the_true_one(lost: Job, rings: list[str]) -> None:
    assert named(lost, *rings) == jobs().get(lost.task_id).kie_task_id == KIE_TASK_ID


def test_somebody_elses_task_is_never_taken(lost: Job) -> None:
    assert named(lost, OTHER) is jobs().get(lost.task_id).kie_task_id is None


def test_what_rings_after_all_is_not_sent_again_by_an_operators_word(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs().fail(lost.task_id, Failure("outcome-unknown", "…", "unknown"))
    failed = jobs().get(lost.task_id)
    jobs().reopen(failed, {"state": "pending"}, forget=["createStartedAt", "createAttempt"])
    kie, sent = kie_says(created(OTHER))
    monkeypatch.setattr(create_task, "kie", lambda: kie)

    ring(jobs().get(lost.task_id), KIE_TASK_ID)  # creates are paused, say, and it waits
    create_task.handler({"taskId": lost.task_id}, LambdaContext())  # type: ignore[arg-type]

    found = jobs().get(lost.task_id)
    assert (found.kie_task_id, found.charged, found.reserved_credits, sent) == (KIE_TASK_ID, "unknown", 18, [])


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (record("waiting", param="…"), OutcomeUnknown),  # what it was made from Kie.ai does not tell
        (refusal(401, "Unauthorized"), OutcomeUnknown),
        (refusal(429, "Too many requests"), TryAgainLater),
    ],
)
def test_where_kie_does_not_tell_whose_task_has_rung_nothing_is_sent(
    lost: Job, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], error: type[Exception]
) -> None:
    asked, _ = kie_says(told)
    sending, sent = kie_says(created(OTHER))
    monkeypatch.setattr(adopting, "kie", lambda: asked)
    monkeypatch.setattr(create_task, "kie", lambda: sending)
    jobs().fail(lost.task_id, Failure("outcome-unknown", "…", "unknown"))
    jobs().reopen(jobs().get(lost.task_id), {"state": "pending"}, forget=["createStartedAt", "createAttempt"])
    ring(jobs().get(lost.task_id), KIE_TASK_ID)

    with pytest.raises(error):
        create_task.handler({"taskId": lost.task_id}, LambdaContext())  # type: ignore[arg-type]

    found, in_doubt = jobs().get(lost.task_id), error is OutcomeUnknown
    assert (found.is_final, found.charged) == (in_doubt, "unknown" if in_doubt else "no")
    assert not any(one.method == "POST" for one in sent)
    assert found.reserved_credits == (18 if in_doubt else None)


def test_what_rings_while_the_step_that_sends_it_again_is_under_way_is_found(
    lost: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs().fail(lost.task_id, Failure("outcome-unknown", "…", "unknown"))
    jobs().reopen(jobs().get(lost.task_id), {"state": "pending"}, forget=["createStartedAt", "createAttempt"])
    kie, sent = kie_says(created(OTHER))
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    begin = Jobs.begin_create

    def rung_meanwhile(of: Jobs, job: Job) -> str:
        ring(job, KIE_TASK_ID)
        return begin(of, job)

    monkeypatch.setattr(Jobs, "begin_create", rung_meanwhile)
    create_task.handler({"taskId": lost.task_id}, LambdaContext())  # type: ignore[arg-type]

    assert (jobs().get(lost.task_id).kie_task_id, sent) == (KIE_TASK_ID, [])


def test_two_jobs_of_one_wish_are_never_given_the_same_task(lost: Job) -> None:
    other = reservations().reserve(a_job()).job

    assert adopting.claimed_by(KIE_TASK_ID, other) == other.task_id
    assert named(lost, KIE_TASK_ID) is None
    assert adopting.claimed_by(KIE_TASK_ID, lost, instead=True) == lost.task_id
    assert named(lost, KIE_TASK_ID) == KIE_TASK_ID


def test_no_number_of_rings_makes_the_record_grow_for_ever(lost: Job) -> None:
    named(lost, *(f"{number:032}" for number in range(1, 40)))

    assert len(jobs().get(lost.task_id).rung_kie_task_ids) == 10
