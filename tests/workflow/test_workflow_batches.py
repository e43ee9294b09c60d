"""The machine of batches under the strict oracle, its rows made by the machine of jobs against the twin.

What moto 5.2.5 cannot: it reads CSV and JSON for a Distributed Map but not JSON Lines, wants its percentage with a
point, translates nothing for a nested execution (nested.py does), bounds no size of what the rows answer, and asks
no role. The template's tests stand for size and roles.
"""

from typing import Any

import pytest

from plantain.batches.confirming import confirm
from plantain.batches.endings import end_batch
from plantain.batches.records import batch_records
from plantain.jobs.table import jobs
from tests.workflow.batches import BatchWorkflow
from tests.workflow.machine import Workflow
from tests.workflow.nested import translated


@pytest.fixture
def batches(workflow: Workflow, settings: pytest.MonkeyPatch) -> BatchWorkflow:
    translated(settings)
    return BatchWorkflow(workflow, settings)


def a_row(script: str = "", **fields: Any) -> dict[str, Any]:
    prompt = f"a plantain in the sun [twin:{script}]" if script else "a plantain in the sun"
    return {"prompt": prompt, "aspect_ratio": "1:1", "resolution": "1K"} | fields


def test_each_row_becomes_a_picture_and_a_line_in_the_order_of_the_file(batches: BatchWorkflow) -> None:
    run = batches.run(a_row(id="b"), a_row(id="a"), a_row())

    assert (run.status, run.batch.state, run.batch.counts) == ("SUCCEEDED", "done", {"success": 3})
    assert [line["id"] for line in run.results] == ["b", "a", "3"]
    assert [line["state"] for line in run.results] == ["success"] * 3
    assert batches.workflow.accepted == 3
    assert run.batch.credits == 3 * 18
    for line in run.results:
        (key,) = line["images"]
        assert key.endswith(f"/{line['id']}__{line['taskId']}.png")
        assert key in batches.workflow.objects()


def test_a_bad_row_and_a_failing_one_stop_no_other(batches: BatchWorkflow) -> None:
    run = batches.run(a_row(), a_row(resolution="9K"), a_row("sub-key-limit"), a_row())

    assert (run.status, run.batch.state) == ("SUCCEEDED", "done")
    assert [line["state"] for line in run.results] == ["success", "invalid", "fail", "success"]
    assert run.results[1]["errors"] == [{"pointer": "/resolution", "detail": "must be one of 1K, 2K, 4K"}]
    assert (run.results[2]["failCode"], run.results[2]["charged"]) == ("kie-spending-cap", "no")
    assert (run.batch.rows, run.batch.bad, run.batch.counts) == (3, 1, {"success": 2, "fail": 1})


def test_a_file_without_a_good_row_ends_refused_and_nothing_was_sent(batches: BatchWorkflow) -> None:
    run = batches.run({"prompt": ""}, {"preset": "nobody-has-this"})

    assert (run.status, run.error, run.batch.state) == ("FAILED", "BatchRefused", "failed")
    assert run.batch.bad == 2
    assert batches.workflow.sent == 0


def test_the_same_batch_again_makes_only_what_failed_uncharged(batches: BatchWorkflow) -> None:
    rows = [a_row(), a_row("sub-key-limit x1"), a_row("fail code=501")]
    first = batches.run(*rows)
    assert [line["state"] for line in first.results] == ["success", "fail", "fail"]
    accepted = batches.workflow.accepted

    second = batches.run(*rows)

    assert [line["state"] for line in second.results][:2] == ["success", "success"]
    assert second.results[0]["taskId"] == first.results[0]["taskId"]
    assert second.results[1]["taskId"] != first.results[1]["taskId"]
    assert batches.workflow.accepted > accepted
    assert second.batch.reused == {"success": 1}


def test_above_its_price_a_batch_waits_and_is_woken(batches: BatchWorkflow, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0.1")
    waiting = batches.reached(batches.start(a_row(), a_row()), "waiting")
    assert (waiting.price_usd, batches.workflow.sent) == (0.18, 0)

    confirm(waiting)
    run = batches.ended(waiting)

    assert (run.status, run.batch.counts) == ("SUCCEEDED", {"success": 2})
    assert confirm(run.batch).state == "done"


def test_who_says_yes_before_the_wait_has_begun_is_not_waited_for(
    batches: BatchWorkflow, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0")
    real = batches.workflow.lambdas.steps["check_batch"]

    def confirmed_at_once(event: dict[str, Any], context: Any) -> Any:
        answer = real(event, context)
        confirm(batch_records().get(event["batchId"]))
        return answer

    batches.workflow.lambdas.steps["check_batch"] = confirmed_at_once

    assert batches.run(a_row()).status == "SUCCEEDED"


def test_a_row_that_cannot_be_taken_stops_no_other(batches: BatchWorkflow) -> None:
    real = batches.workflow.lambdas.steps["take_row"]

    def breaks(event: dict[str, Any], context: Any) -> Any:
        if event["first"] == "0":
            raise RuntimeError("broken")
        return real(event, context)

    batches.workflow.lambdas.steps["take_row"] = breaks
    run = batches.run(a_row(), a_row())

    assert run.status == "SUCCEEDED"
    assert [line["state"] for line in run.results] == ["pending", "success"]


def test_a_job_that_somebody_else_has_started_is_waited_for(batches: BatchWorkflow) -> None:
    """Its execution is there already and has ended: the row is looked at again until its record is final."""
    real = batches.workflow.lambdas.steps["take_row"]
    seen: list[str] = []

    def started_elsewhere(event: dict[str, Any], context: Any) -> Any:
        answer = real(event, context)
        if not seen:
            seen.append(answer["taskId"])
            batches.workflow.ended_of(answer["taskId"])
        return answer

    batches.workflow.lambdas.steps["take_row"] = started_elsewhere
    run = batches.run(a_row())

    assert (run.status, run.batch.counts, batches.workflow.accepted) == ("SUCCEEDED", {"success": 1}, 1)
    assert jobs().get(seen[0]).state == "success"


def test_an_execution_that_expired_or_was_stopped_is_written_on_its_batch(
    batches: BatchWorkflow, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0")
    waiting = batches.reached(batches.start(a_row()), "waiting")

    expired = end_batch(waiting, "BatchExpired")

    assert (expired.state, end_batch(expired, "").state) == ("expired", "expired")
    assert batches.workflow.sent == 0


def test_a_row_that_broke_off_after_its_job_was_reserved_is_made_once(batches: BatchWorkflow) -> None:
    """The retry finds the job that nobody has started, and starts it."""
    real = batches.workflow.lambdas.steps["take_row"]
    broken: list[str] = []

    def breaks_off_once(event: dict[str, Any], context: Any) -> Any:
        answer = real(event, context)
        if not broken:
            broken.append(answer["taskId"])
            raise RuntimeError("the answer is lost")
        return answer

    batches.workflow.lambdas.steps["take_row"] = breaks_off_once
    run = batches.run(a_row())

    assert (run.status, run.batch.counts, batches.workflow.accepted) == ("SUCCEEDED", {"success": 1}, 1)
    assert run.results[0]["taskId"] == broken[0]
