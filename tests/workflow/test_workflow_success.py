"""A wish becomes an image in the bucket, once, whatever happens twice."""

import hashlib
import json
from typing import Any

import pytest

from plantain.executions import executions
from plantain.images.manifests import cost_of
from plantain.job import Job
from plantain.jobs.table import Jobs
from tests.workflow.lambdas import SandboxDied
from tests.workflow.machine import Execution, Workflow
from tests.workflow.wishes import a_wish


def test_a_wish_becomes_a_picture_in_the_bucket_with_its_manifest_beside_it(workflow: Workflow) -> None:
    workflow.twin.set(drawSeconds=12.0)

    execution = workflow.run(a_wish())

    job = execution.job
    place = f"images/2027/01/15/{job.task_id}"
    assert (execution.status, execution.error, job.state) == ("SUCCEEDED", None, "success")
    assert workflow.objects() == [f"{place}.json", f"{place}.png"]
    picture = workflow.picture(f"{place}.png")
    assert (picture.format, picture.size) == ("PNG", (1024, 1024))
    assert (job.images[0].key, job.images[0].width, job.images[0].height) == (f"{place}.png", 1024, 1024)
    assert job.images[0].sha256 == hashlib.sha256(workflow.bytes_of(f"{place}.png")).hexdigest()
    assert (job.charged, job.credits, cost_of(job)) == ("yes", 18, {"credits": 18, "usd": 0.09})
    assert job.cost_time == 12_000  # ms; 12 s on the wire
    assert (workflow.accepted, workflow.twin.ledger()["creditsSpent"]) == (1, 18)
    manifest = json.loads(workflow.bytes_of(f"{place}.json"))
    assert (manifest["taskId"], manifest["kieTaskId"]) == (job.task_id, job.kie_task_id)
    assert manifest["costTime"] == 12_000
    assert manifest["images"][0]["sha256"] == job.images[0].sha256


def test_the_loop_is_the_state_machines(workflow: Workflow) -> None:
    workflow.twin.set(drawSeconds=9.0)

    execution = workflow.run(a_wish())

    look = ["WaitBeforePoll", "CheckStatus", "HasEnded"]
    assert execution.states() == ["CreateTask", "HasCreated", *look, *look, *look, "StoreImage", "Done"]
    assert workflow.clock.slept == [3, 3, 3]


def test_several_pictures_are_all_stored_and_the_first_comes_first(workflow: Workflow) -> None:
    job = workflow.run(a_wish("urls x3", output_format="jpg")).job

    place = f"images/2027/01/15/{job.task_id}"
    assert [image.key for image in job.images] == [f"{place}.jpg", f"{place}-2.jpg", f"{place}-3.jpg"]
    assert workflow.objects() == sorted([f"{place}.json", *(image.key for image in job.images)])
    assert {workflow.picture(image.key).format for image in job.images} == {"JPEG"}
    assert len({image.sha256 for image in job.images}) == 3
    assert (workflow.accepted, job.charged) == (1, "yes")


@pytest.mark.parametrize(
    "script",
    [
        "generating",
        "all-states",
        "result-object",
        "old-fields",
        "file-type",
        "file-chunked",
        "no-urls x2",
        "no-result x5",
    ],
)
def test_kies_other_ways_to_say_success_end_in_a_picture_too(workflow: Workflow, script: str) -> None:
    workflow.twin.set(drawSeconds=6.0)

    execution = workflow.run(a_wish(script))

    assert_stored(workflow, execution)


def test_what_kie_does_not_tell_of_the_price_is_not_made_up(workflow: Workflow) -> None:
    job = workflow.run(a_wish("old-fields")).job

    assert (job.charged, job.credits, cost_of(job)) == ("yes", None, None)


def test_a_second_start_of_the_same_job_changes_nothing(workflow: Workflow) -> None:
    job = a_wish()

    def start_again(event: dict[str, Any], context: Any) -> Any:
        executions().start(job.task_id)  # while it runs
        return real(event, context)

    real = workflow.lambdas.steps["check_status"]
    workflow.lambdas.first("check_status", start_again)
    execution = workflow.run(job)
    executions().start(job.task_id)  # after it has ended

    assert_stored(workflow, execution)
    assert workflow.lambdas.calls.count("create_task") == 1
    assert len(workflow.stepfunctions.list_executions(stateMachineArn=workflow.arn)["executions"]) == 1


@pytest.mark.parametrize("when", ["before the job was a success", "after it"])
def test_storing_twice_writes_one_object(workflow: Workflow, settings: pytest.MonkeyPatch, when: str) -> None:
    workflow.s3.put_bucket_versioning(Bucket="images", VersioningConfiguration={"Status": "Enabled"})
    succeed, left = Jobs.succeed, iter([when])

    def succeed_and_die(self: Jobs, job: Job, images: Any) -> None:
        dies = next(left, None)
        if dies == "before the job was a success":
            raise SandboxDied("Runtime.ExitError")
        succeed(self, job, images)
        if dies:
            raise SandboxDied("Runtime.ExitError")

    settings.setattr(Jobs, "succeed", succeed_and_die)
    execution = workflow.run(a_wish())

    assert_stored(workflow, execution)
    assert workflow.lambdas.calls.count("store_image") == 2
    assert len(workflow.s3.list_object_versions(Bucket="images")["Versions"]) == 2  # the picture and the manifest


def assert_stored(workflow: Workflow, execution: Execution) -> None:
    """The job is a success, paid once, and its picture and manifest lie in the bucket."""
    assert (execution.status, execution.job.state, execution.job.failure) == ("SUCCEEDED", "success", None)
    assert (workflow.accepted, execution.job.charged) == (1, "yes")
    assert len(workflow.objects()) == 2
    assert workflow.picture(execution.job.images[0].key).size == (1024, 1024)
