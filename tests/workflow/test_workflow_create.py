"""The one step that spends money: what is sent again, what never is, and what is said of the cost."""

import json
from typing import Any

import pytest

from plantain.job import Job
from plantain.jobs.table import Jobs
from plantain.kie.api_key import kie_key
from tests.workflow.lambdas import LambdaFault, SandboxDied
from tests.workflow.machine import Execution, Workflow
from tests.workflow.test_workflow_success import assert_stored
from tests.workflow.wishes import a_wish


def assert_failed(execution: Execution, code: str, charged: str) -> None:
    """Both the record and the execution say so, and the execution repeats nobody's words."""
    failure = execution.job.failure
    assert failure is not None
    assert (failure.code, failure.charged, execution.job.state) == (code, charged, "fail")
    assert (execution.status, execution.error) == ("FAILED", code)
    assert execution.cause == f"The job ended without an image; charged: {charged}. Its record says why."


REFUSED = [
    (a_wish("unauthorized"), "kie-key-rejected", "Authentication failed"),
    (a_wish("unauthorized-old"), "kie-key-rejected", "access permissions"),
    (a_wish("sub-key-limit"), "kie-spending-cap", "Usage Exceeds Limit"),
    (a_wish(model="google/nano-banana-pro"), "kie-refused", "is not supported"),
    (a_wish(aspect_ratio="7:5"), "kie-refused", "not within the range"),
    (a_wish(prompt=""), "kie-refused", "This field is required"),
    (a_wish(prompt="x" * 10_001), "kie-refused", "cannot exceed"),
]


@pytest.mark.parametrize(("wish", "code", "words"), REFUSED, ids=[f"{row[1]}-{row[2]}" for row in REFUSED])
def test_a_refusal_ends_the_job_at_once_and_costs_nothing(
    workflow: Workflow, settings: pytest.MonkeyPatch, wish: Job, code: str, words: str
) -> None:
    prices = {"asOf": "2026-07-01", "usdPerCredit": 0.005, "credits": {wish.request.model: {"1K": 18}}}
    settings.setenv("KIE_PRICES", json.dumps(prices))

    execution = workflow.run(wish)

    assert_failed(execution, code, "no")
    assert execution.job.failure is not None
    assert words in execution.job.failure.message
    assert execution.states() == ["CreateTask", "RecordFailure", "Failed"]
    assert (workflow.accepted, workflow.sent, workflow.objects()) == (0, 1, [])


def test_without_a_key_nothing_is_sent(workflow: Workflow) -> None:
    workflow.secrets.put_secret_value(SecretId="kie-key", SecretString=" ")

    execution = workflow.run(a_wish())

    assert_failed(execution, "kie-key-missing", "no")
    assert workflow.sent == 0


def test_a_wrong_key_is_refused(workflow: Workflow) -> None:
    workflow.secrets.put_secret_value(SecretId="kie-key", SecretString="wrong")

    assert_failed(workflow.run(a_wish()), "kie-key-rejected", "no")
    assert workflow.accepted == 0


def test_a_key_that_was_replaced_is_read_again(workflow: Workflow) -> None:
    workflow.secrets.put_secret_value(SecretId="kie-key", SecretString="old")
    assert kie_key() == "old"
    workflow.secrets.put_secret_value(SecretId="kie-key", SecretString=workflow.twin.key)

    assert_stored(workflow, workflow.run(a_wish()))


@pytest.mark.parametrize("script", ["busy x2", "busy-http x2", "maintenance x2"])
def test_a_busy_kie_is_asked_again_until_it_accepts_once(workflow: Workflow, script: str) -> None:
    execution = workflow.run(a_wish(script))

    assert_stored(workflow, execution)
    assert (workflow.accepted, workflow.sent) == (1, int(script[-1]) + 1)


@pytest.mark.parametrize("script", ["no-credits x1", "no-credits-500 x1", "no-credits-old x1"])
def test_a_job_that_the_balance_does_not_pay_for_waits_until_it_does(workflow: Workflow, script: str) -> None:
    execution = workflow.run(a_wish(script))

    assert_stored(workflow, execution)
    assert (workflow.accepted, workflow.sent) == (1, 2)
    assert execution.states()[:5] == ["CreateTask", "HasCreated", "WaitForSlot", "CreateTask", "HasCreated"]
    assert workflow.clock.slept[0] == 60


@pytest.mark.parametrize("script", ["busy", "maintenance"])
def test_a_kie_that_stays_busy_is_given_up_without_cost(workflow: Workflow, script: str) -> None:
    execution = workflow.run(a_wish(script))

    assert_failed(execution, "kie-busy", "no")
    assert (workflow.accepted, workflow.sent) == (0, 11)


def test_a_kie_that_cannot_be_reached_is_given_up_without_cost(workflow: Workflow) -> None:
    workflow.twin.stop()

    execution = workflow.run(a_wish())

    assert_failed(execution, "kie-busy", "no")
    assert workflow.lambdas.calls.count("create_task") == 11


IN_DOUBT = [
    ("drop-after", 1),
    ("drop-before", 0),
    ("bad-gateway", 0),
    ("bad-gateway-accepted", 1),
    ("http-500", 0),
    ("exception", 0),
    ("exception-accepted", 1),
    ("not-json", 0),
    ("no-task-id", 1),
]


@pytest.mark.parametrize(("script", "accepted"), IN_DOUBT)
def test_a_create_whose_fate_is_unknown_is_never_sent_again(
    workflow: Workflow, script: str, accepted: int
) -> None:
    execution = workflow.run(a_wish(script))

    assert_failed(execution, "outcome-unknown", "unknown")
    assert (workflow.accepted, workflow.sent) == (accepted, 1)
    assert workflow.lambdas.calls == ["create_task", "record_failure"]


@pytest.mark.parametrize(
    "death",
    [SandboxDied("Sandbox.Timedout"), SandboxDied("Runtime.ExitError"), LambdaFault("ServiceException")],
    ids=["timed out", "process died", "service fault"],
)
def test_a_step_that_died_after_sending_never_sends_twice(
    workflow: Workflow, settings: pytest.MonkeyPatch, death: Exception
) -> None:
    execution = _run_with_a_death(workflow, settings, death, saved=False)

    assert_failed(execution, "outcome-unknown", "unknown")
    assert (workflow.accepted, workflow.sent) == (1, 1)


def test_a_step_that_died_after_saving_goes_on_with_the_task_it_has(
    workflow: Workflow, settings: pytest.MonkeyPatch
) -> None:
    execution = _run_with_a_death(workflow, settings, LambdaFault("ServiceException"), saved=True)

    assert_stored(workflow, execution)
    assert (workflow.sent, workflow.lambdas.calls.count("create_task")) == (1, 2)


def _run_with_a_death(
    workflow: Workflow, settings: pytest.MonkeyPatch, death: Exception, *, saved: bool
) -> Execution:
    """Kie accepts, and then the first create step dies before or after it has saved Kie's task id."""
    accept, left = Jobs.accept, iter([death])

    def accept_and_die(self: Jobs, job: Job, kie_task_id: str) -> None:
        dies = next(left, None)
        if saved or not dies:
            accept(self, job, kie_task_id)
        if dies:
            raise dies

    settings.setattr(Jobs, "accept", accept_and_die)
    return workflow.run(a_wish())


@pytest.mark.parametrize("fault", ["TooManyRequestsException", "ServiceException"])
def test_a_step_that_lambda_did_not_run_is_run_again(workflow: Workflow, fault: str) -> None:
    def not_run(_event: dict[str, Any], _context: Any) -> None:
        raise LambdaFault(fault)

    workflow.lambdas.first("create_task", not_run, times=2)

    assert_stored(workflow, workflow.run(a_wish()))
    assert workflow.sent == 1


@pytest.mark.parametrize("step", ["create_task", "check_status", "store_image"])
def test_a_step_without_room_waits_its_turn_for_an_hour_and_more(workflow: Workflow, step: str) -> None:
    def no_room(_event: dict[str, Any], _context: Any) -> None:
        raise LambdaFault("TooManyRequestsException")

    workflow.lambdas.first(step, no_room, times=200)

    assert_stored(workflow, workflow.run(a_wish()))
    assert workflow.sent == 1
