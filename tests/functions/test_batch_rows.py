"""The rows of a batch become jobs, and what has become of them its results."""

from functions.check_batch import app as check_batch
from functions.write_results import app as write_results
from plantain.batches.records import batch_records
from plantain.job import new_task_id
from plantain.jobs.table import jobs
from tests.conftest import Cloud
from tests.functions.batching import (
    Machine,
    dropped,
    lines,
    machine,
    post,
    refuse,
    seen,
    step,
    succeed,
    tag,
    taken,
    text,
)

__all__ = ["machine"]  # fixtures


def test_rows_become_jobs_of_one_group_named_after_file_and_row(cloud: Cloud, machine: Machine) -> None:
    batch = dropped(cloud, "prompt,id\nx,\ny,\u00e4\nz,leaf\n")
    step(check_batch, batchId=batch.batch_id)

    made = [jobs().get(task_id) for task_id in taken(cloud, batch.batch_id)]

    assert [job.request.prompt for job in made] == ["x", "z"]
    assert [(job.group, job.member, job.stem) for job in made] == [
        (batch.group, "00001", "spring-1"),
        (batch.group, "00003", "spring-leaf"),
    ]
    assert {(job.caller, job.door, job.source) for job in made} == {("inbox/", "upload", None)}
    assert taken(cloud, batch.batch_id) == [job.task_id for job in made]


def test_results_are_in_the_order_of_the_file_and_the_source_hears_of_each_row(
    cloud: Cloud, machine: Machine
) -> None:
    batch = dropped(cloud, "prompt,resolution\nx,\ny,9K\nz,\n")
    step(check_batch, batchId=batch.batch_id)
    first, second = taken(cloud, batch.batch_id)
    succeed(first)
    refuse(second)

    step(write_results, batchId=batch.batch_id)

    told = lines(cloud, batch.batch_id, "results.jsonl")
    assert [(line["row"], line["state"]) for line in told] == [(1, "success"), (2, "invalid"), (3, "fail")]
    assert told[0]["images"] == [f"images/{first}.png"]
    report = " ".join(text(cloud, "failed", batch).split())
    assert "line 3: resolution: must be one of 1K, 2K, 4K" in report
    assert "line 4 (3): Kie.ai finds it improper." in report
    assert "For these rows nothing was charged." in report
    assert tag(cloud, batch) == {"plantain-status": "fail"}
    shown = seen(batch.batch_id, caller="whoever").json
    assert (shown["state"], shown["rows"], shown["counts"]["fail"]) == ("done", 3, 1)


def test_a_batch_whose_rows_all_have_a_picture_is_a_success_of_its_file(cloud: Cloud, machine: Machine) -> None:
    batch = dropped(cloud, "prompt\nx\n")
    step(check_batch, batchId=batch.batch_id)
    for task_id in taken(cloud, batch.batch_id):
        succeed(task_id)

    assert step(write_results, batchId=batch.batch_id) == step(write_results, batchId=batch.batch_id)

    assert tag(cloud, batch) == {"plantain-status": "success"}
    assert cloud.s3.list_objects_v2(Bucket="images", Prefix="failed/")["KeyCount"] == 0


def test_the_same_file_again_counts_what_it_finds_and_makes_what_failed(cloud: Cloud, machine: Machine) -> None:
    content = "prompt\nx\ny\nz\n"
    first = dropped(cloud, content)
    step(check_batch, batchId=first.batch_id)
    done, failed, _ = taken(cloud, first.batch_id)
    succeed(done)
    refuse(failed)

    second = dropped(cloud, content)
    assert second.batch_id != first.batch_id
    step(check_batch, batchId=second.batch_id)
    again = taken(cloud, second.batch_id)

    shown = seen(second.batch_id).json
    assert (shown["reused"], shown["price"]["credits"]) == (2, 18)
    assert shown["counts"] == {"pending": 2, "processing": 0, "success": 1, "fail": 0, "invalid": 0}
    assert (again[0] == done, again[1] == failed) == (True, False)
    for task_id in again[1:]:
        succeed(task_id)
    step(write_results, batchId=second.batch_id)
    assert batch_records().get(second.batch_id).counts == {"success": 3}


def test_a_batch_is_seen_while_it_runs(cloud: Cloud, machine: Machine) -> None:
    batch_id = post({"items": [{"prompt": "x"}, {"prompt": "y"}, {"prompt": "z", "resolution": "9K"}]}).json[
        "batchId"
    ]
    assert (seen(batch_id).json["state"], seen(batch_id).headers["retry-after"]) == ("checking", "3")
    step(check_batch, batchId=batch_id)
    succeed(taken(cloud, batch_id)[1])

    shown = seen(batch_id)

    assert shown.json["counts"] == {"pending": 1, "processing": 0, "success": 1, "fail": 0, "invalid": 1}
    assert shown.json["badRows"] == [
        {"row": 3, "line": 3, "errors": [{"pointer": "/resolution", "detail": "must be one of 1K, 2K, 4K"}]}
    ]
    assert f"batches/{batch_id}/errors.jsonl" in shown.json["errorsUrl"]
    assert shown.json["resultsUrl"] is None
    assert [seen(batch_id, "bob").status, seen("nobody").status, seen(new_task_id()).status] == [404] * 3
