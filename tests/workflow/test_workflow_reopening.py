"""What an operator does with jobs that have failed: they go on, and are paid for once."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

import functions.adopt_job.app
import functions.dismiss_job.app
import functions.list_unknown.app
import functions.redrive_job.app
import functions.resend_job.app
import functions.sweep_jobs.app
from plantain.aws import client
from plantain.executions import Executions
from plantain.job import Failure, Job
from plantain.jobs.claims import claim_id
from plantain.jobs.failures import NOT_SENT
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.recovery.adopting import claimed_by
from plantain.recovery.doorbell import ring
from plantain.refusals import CannotReopen
from plantain.spending.counters import counters_of, utc_day
from tests.builders import sums_of
from tests.workflow.lambdas import Context, SandboxDied
from tests.workflow.machine import Execution, Workflow
from tests.workflow.test_workflow_create import assert_failed
from tests.workflow.test_workflow_ends import tell_of_the_end
from tests.workflow.test_workflow_success import assert_stored
from tests.workflow.wishes import a_wish


def call(verb: ModuleType, **event: Any) -> Any:
    return verb.handler(event, Context(verb.__name__.split(".")[1]))


def unknown() -> list[str]:
    return [job["taskId"] for job in call(functions.list_unknown.app)["jobs"]]


def later(workflow: Workflow, seconds: float = 900) -> None:
    workflow.clock.now += seconds


def followed(workflow: Workflow, job: Job) -> Execution:
    return workflow.ended(jobs().get(job.task_id))


def test_a_lost_create_is_listed_and_goes_on_with_the_task_that_was_found(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-after"))
    (task,) = workflow.twin.ledger()["tasks"]
    assert unknown() == [lost.job.task_id]

    call(functions.adopt_job.app, taskId=lost.job.task_id, kieTaskId=task["taskId"])

    found = followed(workflow, lost.job)
    assert_stored(workflow, found)
    assert found.described["name"] == f"{lost.job.task_id}-1"
    assert (workflow.accepted, workflow.sent, unknown()) == (1, 1, [])
    assert (found.job.unknown_since, found.job.failure) == (None, None)


def test_jobs_under_way_are_listed_the_oldest_first_until_they_have_ended(workflow: Workflow) -> None:
    wishes = [replace(a_wish(), created_at=made) for made in (1_800_000_000_000, 1_700_000_000_000)]
    young, old = (reservations().reserve(wish).job for wish in wishes)

    def under_way(most: int) -> list[str]:
        return [job["taskId"] for job in call(functions.list_unknown.app, open=most)["jobs"]]

    assert (under_way(9), under_way(1)) == ([old.task_id, young.task_id], [old.task_id])
    jobs().fail(old.task_id, NOT_SENT, seen=old)
    assert under_way(9) == [young.task_id]


def test_a_callback_that_comes_too_late_tells_the_operator_which_task_it_is(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-after")).job
    (task,) = workflow.twin.ledger()["tasks"]

    assert not ring(lost, task["taskId"])
    assert call(functions.list_unknown.app)["jobs"][0]["namedKieTaskId"] == task["taskId"]
    with pytest.raises(CannotReopen, match="redrive it"):
        call(functions.resend_job.app, taskId=lost.task_id)
    call(functions.redrive_job.app, taskId=lost.task_id)

    assert_stored(workflow, followed(workflow, lost))
    assert (workflow.accepted, workflow.sent) == (1, 1)


def test_a_task_that_was_made_for_another_wish_is_not_adopted(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-before")).job
    other = workflow.run(a_wish()).job
    assert other.kie_task_id

    for force in (False, True):
        with pytest.raises(CannotReopen, match="another request"):
            call(functions.adopt_job.app, taskId=lost.task_id, kieTaskId=other.kie_task_id, force=force)
    with pytest.raises(CannotReopen, match="does not tell"):
        call(functions.adopt_job.app, taskId=lost.task_id, kieTaskId="0" * 32)
    assert jobs().get(lost.task_id) == lost

    call(functions.adopt_job.app, taskId=lost.task_id, kieTaskId="0" * 32, force=True)

    assert_failed(followed(workflow, lost), "upstream-task-lost", "unknown")
    assert workflow.accepted == 1


def test_of_two_wishes_that_are_alike_each_keeps_its_own_task(workflow: Workflow) -> None:
    first, second = (workflow.run(job).job for job in (a_wish("drop-after"), a_wish("drop-after")))
    task, _ = workflow.twin.ledger()["tasks"]
    call(functions.adopt_job.app, taskId=first.task_id, kieTaskId=task["taskId"])
    assert followed(workflow, first).job.state == "success"

    with pytest.raises(CannotReopen, match=f"that of the job {first.task_id}"):
        call(functions.adopt_job.app, taskId=second.task_id, kieTaskId=task["taskId"])
    assert jobs().get(second.task_id) == second

    call(functions.adopt_job.app, taskId=second.task_id, kieTaskId=task["taskId"], force=True)
    assert followed(workflow, second).job.state == "success"


def test_what_kie_has_accepted_is_no_other_jobs(workflow: Workflow) -> None:
    made, lost = workflow.run(a_wish()).job, workflow.run(a_wish("drop-before")).job
    alike = jobs().get(lost.task_id)
    assert made.kie_task_id

    assert claimed_by(made.kie_task_id, alike) == made.task_id


def test_a_task_that_kie_does_not_tell_of_is_not_sent_again(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-before")).job
    ring(lost, "0" * 32)  # of a task that Kie.ai knows nothing about
    later(workflow)

    with pytest.raises(CannotReopen, match=f"{'0' * 32} and does not tell"):
        call(functions.resend_job.app, taskId=lost.task_id)

    assert (workflow.sent, unknown()) == (1, [lost.task_id])


def test_a_task_that_rings_for_what_seemed_to_be_free_is_listed_and_fetched_and_counted(
    workflow: Workflow,
) -> None:
    made = workflow.run(a_wish()).job
    assert made.kie_task_id
    day = utc_day(made.created_at)
    refused = reservations().reserve(replace(a_wish(), request=made.request)).job
    jobs().begin_create(refused)
    jobs().fail(refused.task_id, Failure("rejected", "…", "no"))
    free = jobs().get(refused.task_id)
    assert unknown() == []
    client("dynamodb").delete_item(
        TableName="jobs", Key={"id": {"S": claim_id("kie", made.kie_task_id)}}
    )  # as if it were the refused one's

    ring(free, made.kie_task_id)
    assert unknown() == [free.task_id]
    with pytest.raises(CannotReopen, match="stays so"):
        call(functions.resend_job.app, taskId=free.task_id)
    call(functions.redrive_job.app, taskId=free.task_id)

    assert followed(workflow, free).job.state == "success"
    assert unknown() == []
    assert [sums_of(counter)["spentCredits"] for counter in counters_of(free, day)] == [36] * 4


def test_what_was_seen_to_is_listed_again_by_new_news_alone(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-before")).job
    for kie_task_id, listed in (("0" * 32, [lost.task_id]), ("0" * 32, []), ("1" * 32, [lost.task_id])):
        ring(jobs().get(lost.task_id), kie_task_id)
        assert unknown() == listed
        call(functions.dismiss_job.app, taskId=lost.task_id)


def test_a_create_that_was_not_accepted_is_sent_once_more(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-before x1")).job
    assert (lost.charged, workflow.accepted) == ("unknown", 0)
    with pytest.raises(CannotReopen, match="under way"):
        call(functions.resend_job.app, taskId=lost.task_id)
    later(workflow)

    call(functions.resend_job.app, taskId=lost.task_id)

    assert_stored(workflow, followed(workflow, lost))
    assert (workflow.accepted, unknown()) == (1, [])


def test_a_job_that_waited_too_long_to_be_sent_can_be_sent_all_the_same(workflow: Workflow) -> None:
    job = a_wish()

    def stopped(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        workflow.stepfunctions.stop_execution(executionArn=workflow.execution_arn(job))
        return event

    workflow.lambdas.first("create_task", stopped)
    workflow.run(job)
    waited = tell_of_the_end(job, "TIMED_OUT")
    with pytest.raises(CannotReopen, match="cost nothing"):
        call(functions.redrive_job.app, taskId=job.task_id)
    assert (unknown(), jobs().get(job.task_id)) == ([], waited)

    call(functions.resend_job.app, taskId=job.task_id)

    assert_stored(workflow, followed(workflow, job))
    assert workflow.accepted == 1


def test_a_task_that_took_too_long_is_fetched_later(workflow: Workflow, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("POLL_ATTEMPTS", "4")
    settings.setenv("LATE_POLL_MINUTES", "2")
    workflow.twin.set(drawSeconds=3600.0)
    given_up = workflow.run(a_wish("generating"))
    assert_failed(given_up, "timed-out", "unknown")
    with pytest.raises(CannotReopen, match="redrive it"):
        call(functions.resend_job.app, taskId=given_up.job.task_id)
    later(workflow, 3600)

    call(functions.redrive_job.app, taskId=given_up.job.task_id)

    found = followed(workflow, given_up.job)
    assert_stored(workflow, found)
    assert found.job.kie_task_id == given_up.job.kie_task_id
    assert workflow.sent == 1


def test_a_redriven_task_has_all_patience_anew(workflow: Workflow, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("POLL_ATTEMPTS", "4")
    settings.setenv("LATE_POLL_MINUTES", "2")
    job = workflow.run(a_wish("never")).job
    for opened in (1, 2):
        before = workflow.clock.now
        call(functions.redrive_job.app, taskId=job.task_id)

        again = followed(workflow, job)

        assert_failed(again, "timed-out", "unknown")
        assert again.job.reopened == opened
        assert 120 <= workflow.clock.now - before < 180
    assert workflow.sent == 1


def test_a_picture_that_could_not_be_stored_is_stored_later(workflow: Workflow) -> None:
    def dies(_event: dict[str, Any], _context: Any) -> None:
        raise SandboxDied("Runtime.ExitError")

    workflow.lambdas.first("store_image", dies, times=61)
    paid = workflow.run(a_wish())
    assert_failed(paid, "image-not-stored", "yes")
    assert unknown() == [paid.job.task_id]

    call(functions.redrive_job.app, taskId=paid.job.task_id)

    assert_stored(workflow, followed(workflow, paid.job))
    assert (workflow.sent, unknown()) == (1, [])


@pytest.mark.parametrize("script", ["fail-policy", "sub-key-limit", ""])
@pytest.mark.parametrize("verb", [functions.redrive_job.app, functions.resend_job.app])
def test_what_has_cost_nothing_or_has_its_picture_stays_as_it_is(
    workflow: Workflow, script: str, verb: ModuleType
) -> None:
    job = workflow.run(a_wish(script)).job

    with pytest.raises(CannotReopen, match="stays so" if script else "not failed"):
        call(verb, taskId=job.task_id)

    assert jobs().get(job.task_id) == job
    assert unknown() == []


def test_an_end_that_comes_late_does_not_end_a_job_that_was_opened_again(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-before x1")).job
    opened = jobs().reopen(lost, {}, forget=["createStartedAt"])

    told = tell_of_the_end(lost, "FAILED")

    assert told == opened


def test_a_job_that_was_dismissed_is_listed_no_longer(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-before")).job

    call(functions.dismiss_job.app, taskId=lost.task_id)

    assert unknown() == []
    assert jobs().get(lost.task_id) == lost


def test_a_crash_between_the_record_and_the_start_is_mended_by_the_next_call(workflow: Workflow) -> None:
    lost = workflow.run(a_wish("drop-after")).job
    (task,) = workflow.twin.ledger()["tasks"]
    jobs().reopen(lost, {"kieTaskId": task["taskId"]})

    call(functions.redrive_job.app, taskId=lost.task_id)

    assert_stored(workflow, followed(workflow, lost))


def test_a_job_in_doubt_that_is_adopted_does_not_wait_for_its_callback_any_more(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(Executions, "wake", lambda _, token: woken.append(token))
    lost = jobs().reopen(workflow.run(a_wish("drop-after")).job, {})
    (task,) = workflow.twin.ledger()["tasks"]
    client("dynamodb").update_item(
        TableName="jobs",
        Key={"id": {"S": f"job#{lost.task_id}"}},
        UpdateExpression="SET waitToken = :token",
        ExpressionAttributeValues={":token": {"S": "who waits"}},
    )

    call(functions.adopt_job.app, taskId=lost.task_id, kieTaskId=task["taskId"])

    assert woken == ["who waits"]
    assert_stored(workflow, followed(workflow, lost))
    assert workflow.sent == 1


def test_a_step_of_an_execution_that_still_ends_is_not_overtaken(workflow: Workflow) -> None:
    """The job is failed by a step, whose execution then still has its failure to record."""
    refused: list[str] = []
    record_failure = workflow.lambdas.steps["record_failure"]

    def hasty(event: dict[str, Any], context: Any) -> Any:
        with pytest.raises(CannotReopen) as found:
            call(functions.resend_job.app, taskId=event["taskId"])
        refused.append(str(found.value))
        return record_failure(event, context)

    workflow.lambdas.first("record_failure", hasty)

    assert_failed(workflow.run(a_wish("drop-before")), "outcome-unknown", "unknown")
    assert "just ending" in refused[0]


def test_kies_balance_is_kept_beside_a_loss(workflow: Workflow) -> None:
    call(functions.sweep_jobs.app)
    swept_at = workflow.clock.now
    later(workflow, 60)
    lost = workflow.run(a_wish("drop-after")).job

    assert lost.balance_at_end is not None
    (shown,) = call(functions.list_unknown.app)["jobs"]
    assert shown["balanceBefore"] == 10000
    assert shown["balanceBeforeAt"] == int(swept_at * 1000)
    assert shown["balanceAtEnd"] == lost.balance_at_end
    assert (shown["code"], shown["charged"], shown["caller"]) == ("outcome-unknown", "unknown", "alice")
    assert shown["prompt"] == lost.request.prompt
