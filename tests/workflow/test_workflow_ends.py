"""Executions that end otherwise than by themselves: the job is told of that, too."""

import json
from typing import Any

import pytest

import functions.record_end.app
from plantain.job import Job
from plantain.jobs.table import jobs
from plantain.pace.pausing import pausing
from tests.conftest import ROOT
from tests.workflow.lambdas import Context, SandboxDied
from tests.workflow.machine import Workflow, definition
from tests.workflow.test_workflow_create import assert_failed
from tests.workflow.test_workflow_success import assert_stored
from tests.workflow.wishes import a_wish

ABORTED = ROOT / "tests" / "events" / "execution_aborted.json"


def tell_of_the_end(job: Job, status: str, error: str | None = None) -> Job:
    """EventBridge brings the end of the job's execution to record_end; the job afterwards."""
    event = json.loads(ABORTED.read_text().replace("01a3185c-5000-7000-8000-000000000001", job.task_id))
    event["detail"] |= {"status": status, "error": error}
    functions.record_end.app.handler(event, Context("record_end"))  # type: ignore[arg-type]
    return jobs().get(job.task_id)


def test_an_aborted_execution_is_written_on_its_job(workflow: Workflow) -> None:
    job = a_wish()

    def stopped_by_an_operator(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        workflow.stepfunctions.stop_execution(executionArn=workflow.execution_arn(job))
        return event

    workflow.lambdas.first("check_status", stopped_by_an_operator)
    execution = workflow.run(job)
    told = tell_of_the_end(job, "ABORTED")

    assert (execution.status, execution.job.state) == ("ABORTED", "pending")
    assert told.failure is not None
    assert (told.state, told.failure.code, told.failure.charged) == ("fail", "aborted", "unknown")
    assert told.kie_task_id == workflow.twin.ledger()["tasks"][0]["taskId"]
    assert workflow.objects() == []


@pytest.mark.parametrize(
    ("status", "stage", "code", "charged"),
    [
        ("ABORTED", "create_task", "aborted", "no"),
        ("TIMED_OUT", "create_task", "not-sent", "no"),
        ("TIMED_OUT", "check_status", "timed-out", "unknown"),
        ("TIMED_OUT", "store_image", "timed-out", "yes"),
    ],
)
def test_an_end_says_what_the_job_has_cost_so_far(
    workflow: Workflow, status: str, stage: str, code: str, charged: str
) -> None:
    job = a_wish()

    def stopped_here(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        workflow.stepfunctions.stop_execution(executionArn=workflow.execution_arn(job))
        return event

    workflow.lambdas.first(stage, stopped_here)
    workflow.run(job)
    told = tell_of_the_end(job, status)

    assert told.failure is not None
    assert (told.failure.code, told.failure.charged) == (code, charged)
    # Of what was never sent there is nothing to be fetched from Kie.ai.
    assert ("plantain jobs redrive" in told.failure.message) == (charged != "no")


def test_a_job_that_was_paused_until_its_execution_ran_out_of_time_was_never_sent(workflow: Workflow) -> None:
    job, limit = a_wish(), definition(JobsTable="jobs")["TimeoutSeconds"]
    create_task = workflow.lambdas.steps["create_task"]

    def a_day_later(event: dict[str, Any], context: Any) -> Any:
        workflow.clock.now += 24 * 3600
        if workflow.elapsed > limit:
            workflow.stepfunctions.stop_execution(executionArn=workflow.execution_arn(job))
        return create_task(event, context)

    workflow.lambdas.steps["create_task"] = a_day_later
    pausing().pause("operator", "a fair")
    waited = workflow.run(job)
    told = tell_of_the_end(job, "TIMED_OUT")

    assert set(waited.states()) == {"CreateTask", "HasCreated", "WaitForSlot"}
    assert told.failure is not None
    assert (told.state, told.failure.code, told.failure.charged) == ("fail", "not-sent", "no")
    assert "longer than the workflow's time limit" in told.failure.message
    assert (told.create_started_at, workflow.sent) == (None, 0)


def test_an_execution_that_could_not_even_record_its_failure_is_written_on_its_job(workflow: Workflow) -> None:
    def dies(_event: dict[str, Any], _context: Any) -> None:
        raise SandboxDied("Runtime.ExitError")

    workflow.lambdas.first("create_task", dies, times=99)
    workflow.lambdas.first("record_failure", dies, times=99)
    job = a_wish()
    execution = workflow.run(job)
    told = tell_of_the_end(job, "FAILED", execution.error)

    assert (execution.status, execution.error, execution.job.state) == ("FAILED", "Runtime.ExitError", "pending")
    assert told.failure is not None
    assert (told.state, told.failure.code, told.failure.charged) == ("fail", "not-sent", "no")


def test_the_end_of_a_job_that_knows_it_already_changes_nothing(workflow: Workflow) -> None:
    refused = workflow.run(a_wish("sub-key-limit"))
    stored = workflow.run(a_wish())

    assert tell_of_the_end(refused.job, "FAILED", refused.error) == refused.job
    assert tell_of_the_end(stored.job, "TIMED_OUT") == stored.job
    assert_failed(refused, "kie-spending-cap", "no")
    assert_stored(workflow, stored)


def test_the_end_of_an_execution_without_a_job_is_no_error(workflow: Workflow) -> None:
    event = json.loads(ABORTED.read_text())

    functions.record_end.app.handler(event, Context("record_end"))  # type: ignore[arg-type]
