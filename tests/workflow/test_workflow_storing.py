"""From Kie's link to our bucket: only whole images, from allowed places, and nothing half stored."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import ReadTimeout, Request, Response

from local.twin.gallery import Gallery
from plantain.steps.storing import MAY_PASS, PATIENCE_WITH_THE_REST_MS
from tests.s3_transport import S3Transport
from tests.workflow.lambdas import LambdaFault
from tests.workflow.machine import Workflow
from tests.workflow.test_workflow_create import assert_failed
from tests.workflow.test_workflow_success import assert_stored
from tests.workflow.wishes import a_wish

UNUSABLE = [
    ("file-html", "result-not-an-image"),
    ("file-svg", "result-not-an-image"),
    ("file-404", "result-gone"),
    ("file-410", "result-gone"),
    ("file-gzip", "result-not-an-image"),
    ("file-polyglot", "result-not-an-image"),
    ("file-pixels", "result-too-large"),
    ("file-redirect-ever", "result-refused"),
    ("file-redirect-foreign", "result-refused"),
    ("file-redirect-loopback", "result-refused"),
    ("url-foreign", "result-refused"),
    ("file-claims-huge", "result-too-large"),
    ("file-huge", "result-too-large"),
]


@pytest.mark.parametrize(("script", "code"), UNUSABLE)
def test_a_result_that_is_no_image_of_ours_ends_the_job_and_was_paid(
    workflow: Workflow, script: str, code: str
) -> None:
    execution = workflow.run(a_wish(script))

    assert_failed(execution, code, "yes")
    assert workflow.lambdas.calls.count("store_image") == (5 if code in MAY_PASS else 1)
    assert workflow.objects() == []
    assert (workflow.accepted, workflow.twin.ledger()["creditsSpent"]) == (1, 18)
    assert execution.job.credits == 18
    assert execution.job.kie_task_id


@pytest.mark.parametrize(
    ("script", "links"), [("file-404", 1), ("file-410", 1), ("file-redirect-loopback", 1), ("file-html", 0)]
)
def test_before_a_result_is_believed_to_be_gone_kie_is_asked_for_a_fresh_link_once(
    workflow: Workflow, script: str, links: int
) -> None:
    workflow.run(a_wish(script))

    assert workflow.twin.ledger()["tasks"][0]["freshLinks"] == links


def test_an_expired_result_is_rescued(workflow: Workflow) -> None:
    assert_stored(workflow, workflow.run(a_wish("file-expired")))

    assert workflow.twin.ledger()["tasks"][0]["freshLinks"] == 1
    assert workflow.lambdas.calls.count("store_image") == 5


def test_a_step_that_had_to_wait_its_turn_is_no_less_patient(workflow: Workflow) -> None:
    def no_room(_event: dict[str, Any], _context: Any) -> None:
        raise LambdaFault("TooManyRequestsException")

    workflow.lambdas.first("store_image", no_room, times=20)

    assert_stored(workflow, workflow.run(a_wish("file-404 x2")))


@pytest.mark.parametrize("script", ["file-redirect", "file-type", "file-chunked"])
def test_a_result_that_comes_in_another_way_is_stored(workflow: Workflow, script: str) -> None:
    assert_stored(workflow, workflow.run(a_wish(script)))


@pytest.mark.parametrize("script", ["file-truncated", "file-502"])
def test_a_result_that_never_arrives_whole_leaves_nothing_and_was_paid(workflow: Workflow, script: str) -> None:
    execution = workflow.run(a_wish(script))

    assert_failed(execution, "image-not-stored", "yes")
    assert workflow.lambdas.calls.count("store_image") == 61
    assert workflow.objects() == []
    assert execution.job.kie_task_id


@pytest.mark.parametrize("fault", [b"", b"<html>"])
def test_a_second_result_that_never_comes_does_not_cost_the_first(
    workflow: Workflow, settings: pytest.MonkeyPatch, fault: bytes
) -> None:
    picture = Gallery.picture
    settings.setattr(Gallery, "picture", lambda *wish: fault if wish[-1] == 2 else picture(*wish))

    execution = workflow.run(a_wish("urls x2"))

    assert_stored(workflow, execution)
    assert len(execution.job.images) == 1
    assert workflow.elapsed > PATIENCE_WITH_THE_REST_MS / 1000


@pytest.mark.parametrize("script", ["file-truncated x2", "file-drop x2", "file-502 x2", "file-403 x1"])
def test_a_result_that_breaks_off_at_first_is_fetched_again(workflow: Workflow, script: str) -> None:
    assert_stored(workflow, workflow.run(a_wish(script)))


def test_a_result_that_is_empty_at_first_is_fetched_again(workflow: Workflow) -> None:
    assert_stored(workflow, workflow.run(a_wish("file-empty x1")))


def test_a_bucket_that_is_not_well_for_a_moment_is_tried_again(
    workflow: Workflow, settings: pytest.MonkeyPatch
) -> None:
    handle = S3Transport.handle_request
    faults: Iterator[Response | ReadTimeout] = iter([Response(503), ReadTimeout("silence")])

    def not_well(self: S3Transport, request: Request) -> Response:
        request.read()
        fault = next(faults, None)
        if isinstance(fault, Exception):
            raise fault
        return fault or handle(self, request)

    settings.setattr(S3Transport, "handle_request", not_well)

    assert_stored(workflow, workflow.run(a_wish()))
    assert workflow.lambdas.calls.count("store_image") == 3
