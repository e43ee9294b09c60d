"""Jobs that nothing carries any more: the sweeper starts or ends them, and never has one paid for twice."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

import functions.sweep_jobs.app
from plantain.executions import Executions, Found, executions
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.recovery import sweeping
from tests.workflow.lambdas import Context, SandboxDied
from tests.workflow.machine import Workflow
from tests.workflow.test_workflow_ends import tell_of_the_end
from tests.workflow.test_workflow_success import assert_stored
from tests.workflow.wishes import a_wish


@pytest.fixture
def ends(workflow: Workflow, settings: pytest.MonkeyPatch) -> list[str]:
    """What the sweeper tells record_end, which hears of it at once."""
    told: list[str] = []

    def tell(name: str, status: str, error: str) -> None:
        told.append(f"{name} {status}")
        tell_of_the_end(jobs().get(name[:36]), status, error)

    settings.setattr(sweeping, "tell_of_end", tell)
    return told


def sweep() -> None:
    functions.sweep_jobs.app.handler({}, Context("sweep_jobs"))  # type: ignore[arg-type]


def measured(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """What the last run has measured."""
    lines = [line for line in capsys.readouterr().out.splitlines() if '"OldestOpenJobSeconds"' in line]
    written: dict[str, Any] = json.loads(lines[-1])
    metrics = written["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    return {metric["Name"]: written[metric["Name"]][0] for metric in metrics}


def test_a_job_that_was_never_started_is_started_once_it_is_old(workflow: Workflow, ends: list[str]) -> None:
    job = reservations().reserve(a_wish()).job
    sweep()
    assert jobs().get(job.task_id) == job
    workflow.clock.now += 600

    sweep()
    sweep()

    assert_stored(workflow, workflow.ended(job))
    assert (workflow.accepted, ends) == (1, [])


def test_a_job_whose_end_nobody_has_heard_of_is_ended(
    workflow: Workflow, ends: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def dies(_event: dict[str, Any], _context: Any) -> None:
        raise SandboxDied("Runtime.ExitError")

    workflow.lambdas.first("check_status", dies, times=999)
    workflow.lambdas.first("record_failure", dies, times=99)
    unheard = workflow.run(a_wish())
    assert (unheard.status, unheard.job.is_final) == ("FAILED", False)

    sweep()

    ended = jobs().get(unheard.job.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged) == ("status-unavailable", "unknown")
    assert (ends, workflow.accepted) == ([f"{ended.task_id} FAILED"], 1)
    found = measured(capsys)
    assert (found["OpenJobs"], found["UnknownOutcomes"], found["Balance"]) == (1, 1, 9982)
    assert found["OldestOpenJobSeconds"] > 24 * 3600


def test_a_job_that_still_runs_is_left_alone(workflow: Workflow, ends: list[str]) -> None:
    check_status, seen = workflow.lambdas.steps["check_status"], []

    def swept(event: dict[str, Any], context: Any) -> Any:
        workflow.clock.now += 600
        sweep()
        seen.append(jobs().get(event["taskId"]).is_final)
        return check_status(event, context)

    workflow.lambdas.first("check_status", swept)

    assert_stored(workflow, workflow.run(a_wish()))
    assert (seen, ends, workflow.accepted) == ([False], [], 1)


def test_of_very_many_jobs_each_is_seen_to_in_the_end(
    workflow: Workflow, ends: list[str], settings: pytest.MonkeyPatch
) -> None:
    settings.setattr(sweeping, "LOOKS", 2)
    waiting = [reservations().reserve(a_wish()).job for _ in range(3)]
    workflow.clock.now += 600

    while any(not jobs().get(job.task_id).is_final for job in waiting):
        sweep()

    for job in waiting:
        workflow.ended(job)
    assert workflow.accepted == 3


def test_one_that_aws_does_not_tell_of_keeps_no_other_waiting_and_no_alarm_blind(
    workflow: Workflow, ends: list[str], settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = [reservations().reserve(a_wish()).job for _ in range(3)]
    workflow.clock.now += 600
    found, asked = Executions.found, []

    def throttled(self: Executions, name: str) -> Found | None:
        asked.append(name)
        if len(asked) == 1:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "DescribeExecution")
        return found(self, name)

    settings.setattr(Executions, "found", throttled)

    sweep()

    assert measured(capsys)["OpenJobs"] == 3
    assert sum(found(executions(), job.execution_name) is not None for job in waiting) == 2


def test_nothing_open_is_nothing_old(workflow: Workflow, capsys: pytest.CaptureFixture[str]) -> None:
    sweep()

    assert measured(capsys) == {
        "OpenJobs": 0,
        "OldestOpenJobSeconds": 0,
        "UnknownOutcomes": 0,
        "Balance": 10_000,
    }
