"""The polling loop: what is believed, what is waited out, and when it ends."""

from typing import Any

import pytest

from tests.workflow.machine import Workflow, definition
from tests.workflow.test_workflow_create import assert_failed
from tests.workflow.test_workflow_success import assert_stored
from tests.workflow.wishes import a_wish

FAILED = [
    ("fail-policy", "content-policy", "flagged"),
    ("fail-policy-422", "content-policy", "CONTENT_POLICY_BLOCKED"),
    ("fail-fetch", "input-image-unreachable", "Image fetch failed"),
    ("fail-internal", "kie-failed", "Internal Error"),
    ("fail-gemini", "prompt-not-drawable", "different prompt"),
    ("fail-501", "kie-failed", "Generation failed"),
]


@pytest.mark.parametrize(("script", "code", "words"), FAILED)
def test_a_task_that_fails_at_kie_fails_under_our_code_and_costs_nothing(
    workflow: Workflow, script: str, code: str, words: str
) -> None:
    execution = workflow.run(a_wish(script))

    assert_failed(execution, code, "no")
    assert execution.job.failure is not None
    assert words in execution.job.failure.message
    assert execution.states()[-3:] == ["HasEnded", "RecordFailure", "Failed"]
    assert (workflow.accepted, workflow.twin.ledger()["creditsSpent"], workflow.objects()) == (1, 0, [])


@pytest.mark.parametrize("script", ["record-null x9", "data-null x3"])
def test_a_task_kie_does_not_list_yet_is_waited_for(workflow: Workflow, script: str) -> None:
    assert_stored(workflow, workflow.run(a_wish(script)))


def test_a_task_kie_never_lists_fails_loudly_after_its_grace(workflow: Workflow) -> None:
    execution = workflow.run(a_wish("record-null ever"))

    assert_failed(execution, "upstream-task-lost", "unknown")
    assert 90 + 5 * 3 <= workflow.elapsed < 115
    assert execution.job.kie_task_id


def test_a_timeout_that_turns_into_a_success_is_a_success(workflow: Workflow) -> None:
    execution = workflow.run(a_wish("timeout-then-success 60s"))

    assert_stored(workflow, execution)
    assert execution.job.timeout_seen_at is not None


def test_a_late_timeout_that_turns_into_a_success_is_a_success(
    workflow: Workflow, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("POLL_ATTEMPTS", "4")
    workflow.twin.set(drawSeconds=3 * 3600.0)

    execution = workflow.run(a_wish("timeout-then-success 1000s"))

    assert_stored(workflow, execution)
    assert execution.job.late
    assert execution.job.timeout_seen_at is not None
    assert workflow.clock.slept[-1] == 900


def test_a_timeout_is_believed_after_its_grace(workflow: Workflow) -> None:
    execution = workflow.run(a_wish("timeout"))

    assert_failed(execution, "kie-timeout", "unknown")
    assert 123 <= workflow.elapsed < 130


@pytest.mark.parametrize(
    ("script", "charged"),
    [
        ("no-urls ever", "yes"),
        ("no-result ever", "yes"),
        ("result-broken", "yes"),
        ("no-urls ever, old-fields", "unknown"),
    ],
)
def test_a_success_that_never_shows_a_url_is_an_invalid_result(
    workflow: Workflow, script: str, charged: str
) -> None:
    execution = workflow.run(a_wish(script))

    assert_failed(execution, "upstream-invalid-result", charged)
    assert workflow.lambdas.calls.count("check_status") == 6
    assert (workflow.accepted, workflow.objects()) == (1, [])


def test_a_state_nobody_knows_fails_loudly_at_once(workflow: Workflow) -> None:
    execution = workflow.run(a_wish("unknown-state"))

    assert_failed(execution, "upstream-unknown-state", "unknown")
    assert execution.job.failure is not None
    assert "'archived'" in execution.job.failure.message
    assert workflow.lambdas.calls.count("check_status") == 1


def test_a_late_task_goes_on_more_slowly_and_still_becomes_a_success(
    workflow: Workflow, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("POLL_ATTEMPTS", "4")
    workflow.twin.set(drawSeconds=60.0)

    execution = workflow.run(a_wish("generating"))

    assert_stored(workflow, execution)
    assert execution.job.late
    assert workflow.clock.slept == [3, 3, 3, 3, 30, 30]


def test_a_task_that_never_ends_is_given_up_and_can_be_looked_up(
    workflow: Workflow, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("POLL_ATTEMPTS", "4")
    settings.setenv("LATE_POLL_MINUTES", "2")

    execution = workflow.run(a_wish("never"))

    assert_failed(execution, "timed-out", "unknown")
    assert execution.job.kie_task_id == workflow.twin.ledger()["tasks"][0]["taskId"]
    assert execution.job.late
    assert workflow.clock.slept == [3, 3, 3, 3, 30, 30, 30, 30]


@pytest.mark.parametrize(
    "script",
    [
        "poll-busy x3",
        "poll-429 x3",
        "poll-exception x3",
        "poll-500 x3",
        "poll-502 x3",
        "poll-drop x3",
        "poll-not-json x3",
        "poll-endless",
    ],
)
def test_a_kie_that_does_not_answer_for_a_while_is_asked_again(workflow: Workflow, script: str) -> None:
    assert_stored(workflow, workflow.run(a_wish(script)))


def test_a_kie_that_never_answers_again_is_given_up_after_a_day(workflow: Workflow) -> None:
    execution = workflow.run(a_wish("poll-busy ever"))

    assert_failed(execution, "status-unavailable", "unknown")
    assert execution.job.kie_task_id
    assert 24 * 3600 < workflow.elapsed < definition(JobsTable="jobs")["TimeoutSeconds"]


def test_a_key_rejected_while_polling_is_waited_for(workflow: Workflow) -> None:
    check_status = workflow.lambdas.steps["check_status"]
    keys = iter(["old", "old", "new"])

    def with_the_operators_key(event: dict[str, Any], context: Any) -> Any:
        workflow.secrets.put_secret_value(SecretId="kie-key", SecretString=next(keys))
        workflow.twin.set(key="new")
        return check_status(event, context)

    workflow.lambdas.first("check_status", with_the_operators_key, times=3)

    assert_stored(workflow, workflow.run(a_wish()))
