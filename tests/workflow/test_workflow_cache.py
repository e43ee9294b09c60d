"""The same wish twice on the state machine: paid once, whoever comes first and whatever becomes of its image."""

import threading
from typing import Any

import pytest

from plantain.job import Job
from plantain.jobs.intake import take_in
from tests.workflow.machine import Workflow
from tests.workflow.wishes import a_wish


def cached(script: str = "", **changes: Any) -> Job:
    return a_wish(script, cache=True, **changes)


def test_the_second_is_given_the_image_of_the_first_without_a_wait(workflow: Workflow) -> None:
    first = workflow.run(cached())
    before = workflow.elapsed

    second = workflow.run(cached())

    assert second.states() == ["CreateTask", "HasCreated", "StoreImage", "Done"]
    assert (second.status, second.job.state, second.job.charged) == ("SUCCEEDED", "success", "no")
    assert workflow.bytes_of(second.job.images[0].key) == workflow.bytes_of(first.job.images[0].key)
    assert (workflow.sent, workflow.elapsed) == (1, before)


def test_what_is_asked_for_while_it_is_drawn_waits_for_it(workflow: Workflow) -> None:
    workflow.twin.set(drawSeconds=30.0)
    first, second = cached(), cached()
    real = workflow.lambdas.steps["check_status"]
    follower: list[threading.Thread] = []

    def asked_meanwhile(event: dict[str, Any], context: Any) -> Any:
        follower.append(threading.Thread(target=take_in, args=(second,)))
        follower[0].start()
        return real(event, context)

    workflow.lambdas.first("check_status", asked_meanwhile)
    workflow.run(first)
    follower[0].join()
    ended = workflow.ended(second)

    assert (ended.job.state, ended.job.cached_from, ended.job.charged) == ("success", first.task_id, "no")
    assert workflow.sent == 1


def test_an_image_that_was_deleted_is_drawn_again_by_the_very_job_that_was_to_get_it(workflow: Workflow) -> None:
    first = workflow.run(cached())
    workflow.s3.delete_object(Bucket="images", Key=first.job.images[0].key)

    second = workflow.run(cached())

    copies, draws = ["CreateTask", "HasCreated", "StoreImage"], ["CreateTask", "HasCreated", "WaitBeforePoll"]
    assert second.states()[:6] == copies + draws
    assert (second.status, second.job.state, second.job.charged) == ("SUCCEEDED", "success", "yes")
    assert workflow.picture(second.job.images[0].key).size == (1024, 1024)
    assert workflow.accepted == 2


@pytest.mark.parametrize(
    ("script", "code", "sent"), [("fail-policy", "content-policy", 2), ("drop-after", "earlier-unsettled", 1)]
)
def test_one_that_failed_is_sent_again_only_if_it_has_certainly_cost_nothing(
    workflow: Workflow, script: str, code: str, sent: int
) -> None:
    assert workflow.run(cached(script)).job.failure

    second = workflow.run(cached(script))

    assert second.job.failure
    assert (second.status, second.job.failure.code, second.job.charged) == ("FAILED", code, "no")
    assert workflow.sent == sent
