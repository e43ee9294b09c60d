"""Batches over whole events: taken in, checked, confirmed, ended, and told to whoever has dropped them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from functions.check_batch import app as check_batch
from functions.confirm_batch import app as confirm_batch
from functions.get_batch import app as get_batch
from functions.record_batch_end import app as record_batch_end
from functions.submit_batch import app as submit_batch
from functions.take_row import app as take_row
from functions.write_results import app as write_results
from plantain import batch_executions, checking, inbox_reports
from plantain.batch import MAX_FILE_BYTES, Batch
from plantain.batch_records import batch_records
from plantain.batch_status import tell_status
from plantain.batches import take_in_batch
from plantain.dns import Dns
from plantain.inbox_key import key_and_version
from plantain.inbox_reports import tag_source
from plantain.job import Failure, Source, StoredImage, new_task_id
from plantain.jobs import jobs
from plantain.upload_key import new_upload_key
from tests.conftest import Cloud
from tests.functions.conftest import EVENTS, Answer, LambdaContext, call, http_event
from tests.wire import Names

PATH = "/api/batches"


@dataclass
class Machine:
    """Stands in for the machine of batches: what was started, what was woken."""

    started: list[str] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    broken: bool = False

    def start(self, batch_id: str) -> None:
        if self.broken:
            raise RuntimeError("Step Functions does not answer")
        self.started.append(batch_id)

    def wake(self, token: str) -> None:
        self.woken.append(token)


@pytest.fixture
def machine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Machine:
    fake = Machine()
    monkeypatch.setattr(batch_executions.BatchExecutions, "start", lambda _, batch_id: fake.start(batch_id))
    monkeypatch.setattr(batch_executions.BatchExecutions, "wake", lambda _, token: fake.wake(token))
    monkeypatch.setenv("BATCH_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:batches")
    return fake


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    found = Names()
    monkeypatch.setattr(check_batch, "dns", lambda: Dns(found))
    return found


def post(body: Any, caller: str = "alice", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(submit_batch, http_event("POST", PATH, body=json.dumps(body), headers=named, caller=caller))


def confirm(batch_id: str, caller: str = "alice") -> Answer:
    return call(confirm_batch, http_event("POST", f"{PATH}/{batch_id}/confirm", caller=caller))


def seen(batch_id: str, caller: str = "alice") -> Answer:
    return call(get_batch, http_event("GET", f"{PATH}/{batch_id}", caller=caller))


def step(app: Any, **event: Any) -> dict[str, Any]:
    answer: dict[str, Any] = app.handler(event, LambdaContext())
    return answer


def dropped(cloud: Cloud, content: str | bytes, key: str = "inbox/spring.csv") -> Batch:
    content = content.encode() if isinstance(content, str) else content
    version = cloud.s3.put_object(Bucket="inbox", Key=key, Body=content)["VersionId"]
    return take_in_batch(
        caller="inbox/",
        door="upload",
        reference=f"{key}?versionId={version}",
        name=key,
        idempotency_key=f"{key}{version}",
        source=Source(key, version),
        stem=Path(key).stem,
    )


def text(cloud: Cloud, prefix: str, batch: Batch) -> str:
    content: bytes = cloud.s3.get_object(Bucket="images", Key=f"{prefix}/spring__{batch.batch_id}.txt")[
        "Body"
    ].read()
    return content.decode()


def tag(cloud: Cloud, batch: Batch) -> dict[str, str]:
    assert batch.source is not None
    place = {"Bucket": "inbox", "Key": batch.source.key, "VersionId": batch.source.version}
    return {entry["Key"]: entry["Value"] for entry in cloud.s3.get_object_tagging(**place)["TagSet"]}


def lines(cloud: Cloud, batch_id: str, name: str) -> list[dict[str, Any]]:
    content = cloud.s3.get_object(Bucket="images", Key=f"batches/{batch_id}/{name}")["Body"].read()
    return [json.loads(line) for line in content.splitlines()]


def taken(cloud: Cloud, batch_id: str) -> list[str]:
    """Every row of the index taken, as the machine does it; the jobs' ids."""
    index = cloud.s3.get_object(Bucket="images", Key=f"batches/{batch_id}/index.csv")["Body"].read().decode()
    assert index.startswith("row,first,last\n")
    places = [line.split(",") for line in index.splitlines()[1:]]
    return [step(take_row, batchId=batch_id, first=a, last=b, looks=0)["taskId"] for _, a, b in places]


def succeed(task_id: str) -> None:
    jobs().succeed(jobs().get(task_id), [StoredImage(f"images/{task_id}.png", "image/png", 1, "ab", 1, 1)])


def refuse(task_id: str) -> None:
    jobs().fail(task_id, Failure("content-policy", "Kie.ai finds it improper.", "no"))


# ---- taken in


def test_inline_items_become_a_file_and_an_execution(cloud: Cloud, machine: Machine) -> None:
    answer = post({"items": [{"prompt": "a leaf"}, {"prompt": "a tree", "id": "t"}]})

    batch = batch_records().get(answer.json["batchId"])
    assert (answer.status, answer.json["state"]) == (202, "checking")
    assert answer.headers["location"] == f"{PATH}/{batch.batch_id}"
    assert machine.started == [batch.batch_id]
    key, version = key_and_version(batch.reference)
    assert key.startswith("uploads/alice/")
    content = cloud.s3.get_object(Bucket="inbox", Key=key, VersionId=version)["Body"].read()
    assert [json.loads(line) for line in content.splitlines()] == [
        {"prompt": "a leaf"},
        {"prompt": "a tree", "id": "t"},
    ]


def test_the_name_is_the_callers_or_the_contents_own(cloud: Cloud, machine: Machine) -> None:
    def name(body: dict[str, Any]) -> str:
        return batch_records().get(post(body).json["batchId"]).name

    def upload() -> str:
        key = new_upload_key("alice", "text/csv")
        cloud.s3.put_object(Bucket="inbox", Key=key, Body=b"prompt\nx\n")
        return key

    assert name({"items": [{"prompt": "x"}], "name": " spring "}) == "spring"
    assert name({"items": [{"prompt": "x"}]}) == name({"items": [{"prompt": "x"}]})
    assert name({"items": [{"prompt": "x"}]}) != name({"items": [{"prompt": "y"}]})
    assert name({"key": upload()}) == name({"key": upload()})


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "", "Give either items or a key."),
        (
            {"items": [{"prompt": "x"}], "key": f"uploads/alice/{new_task_id()}.csv"},
            "",
            "Give either items or a key.",
        ),
        ({"items": []}, "/items", "List should have at least 1 item after validation, not 0"),
        ({"items": ["x"]}, "/items/0", "must hold names and values"),
        (
            {"key": f"uploads/bob/{new_task_id()}.csv"},
            "/key",
            "must be the key of a CSV or JSON Lines upload of yours",
        ),
        (
            {"key": f"uploads/alice/{new_task_id()}.png"},
            "/key",
            "must be the key of a CSV or JSON Lines upload of yours",
        ),
        ({"key": "inbox/spring.csv"}, "/key", "must be the key of a CSV or JSON Lines upload of yours"),
        ({"key": f"uploads/alice/{new_task_id()}.csv"}, "/key", "has not been uploaded"),
        ({"items": [{"prompt": "x"}], "colour": "red"}, "/colour", "is not a known field"),
    ],
)
def test_an_order_that_is_none_names_its_fault(
    cloud: Cloud, machine: Machine, body: dict[str, Any], pointer: str, detail: str
) -> None:
    answer = post(body)

    assert answer.status == 400
    assert answer.json["errors"] == [{"pointer": pointer, "detail": detail}]
    assert machine.started == []


def test_a_start_that_failed_is_healed_by_the_next_call(cloud: Cloud, machine: Machine) -> None:
    body, key = {"items": [{"prompt": "x"}]}, {"idempotency_key": "batch-1"}
    machine.broken = True
    assert post(body, **key).status == 500
    machine.broken = False

    first, again = post(body, **key), post(body, **key)

    assert first.headers["idempotency-replayed"] == "true"
    assert first.json == again.json
    assert set(machine.started) == {first.json["batchId"]}
    assert post({"items": [{"prompt": "y"}]}, **key).status == 422
    assert post(body, caller="bob", **key).json != first.json


# ---- checked


def test_all_rows_are_checked_and_every_fault_is_told_by_its_line(
    cloud: Cloud, machine: Machine, names: Names
) -> None:
    table = [
        "prompt,Aspect Ratio,resolution,image_input,mood of day",
        "fine,1:1,1K,,",
        "shape,7:3,9K,,",
        "unknown,,,,sunny",
        "two,,,http://example.com/a.png|https://nowhere.test/b.png,",
        ",1:1,1K,,",
    ]
    batch = dropped(cloud, "\n".join(table))

    answer = step(check_batch, batchId=batch.batch_id)

    assert answer == {"batchId": batch.batch_id, "state": "running", "concurrency": 40}
    bad = {line["line"]: line["faults"] for line in lines(cloud, batch.batch_id, "errors.jsonl")}
    assert [fault["pointer"] for fault in bad[3]] == ["/aspect_ratio", "/resolution"]
    assert bad[4] == [{"pointer": "/mood of day", "detail": "is not a known field"}]
    assert [fault["pointer"] for fault in bad[5]] == ["/image_input/0"]
    assert bad[6] == [{"pointer": "", "detail": "needs a prompt, or the name of a preset"}]
    checked = batch_records().get(batch.batch_id)
    assert (checked.rows, checked.bad, checked.price) == (1, 4, 18)
    assert [row.line for row in checked.bad_rows] == [3, 4, 5, 6]


def test_each_row_says_for_itself_whether_an_image_made_before_will_do(cloud: Cloud, machine: Machine) -> None:
    table = "prompt,Cache\na,TRUE\nb,no\nc,\nd,sometimes\n"
    said = post({"items": [{"prompt": "e", "cache": True}, {"prompt": "f", "cache": "yes"}]}).json["batchId"]
    batch = dropped(cloud, table)

    for batch_id in (batch.batch_id, said):
        step(check_batch, batchId=batch_id)

    rows = [*lines(cloud, batch.batch_id, "rows.jsonl"), *lines(cloud, said, "rows.jsonl")]
    assert [row["request"]["cache"] if "request" in row else row["faults"] for row in rows] == [
        *(True, False, False),
        [{"pointer": "/cache", "detail": "must be true or false"}],
        True,
        [{"pointer": "/cache", "detail": "must be true or false"}],
    ]


def test_a_row_is_the_same_whether_or_not_an_image_made_before_will_do(cloud: Cloud, machine: Machine) -> None:
    """Else a batch that has its pictures would be made again only because it now asks for less."""
    ids = []
    for table in ("id,prompt\na,x\n", "id,prompt,cache\na,x,true\n"):
        batch = dropped(cloud, table)
        step(check_batch, batchId=batch.batch_id)
        ids += taken(cloud, batch.batch_id)
        succeed(ids[0]) if len(ids) == 1 else None

    assert ids[0] == ids[1]


def test_each_host_is_asked_for_once(
    cloud: Cloud, machine: Machine, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    check_names: Callable[[str], Any] = names

    def counting(host: str) -> Any:
        asked.append(host)
        return check_names(host)

    batch = dropped(
        cloud, "prompt,image_input\n" + "x,https://a.example.com/1.png|https://gone.test/2.png\n" * 120
    )
    monkeypatch.setattr(check_batch, "dns", lambda: Dns(counting))

    step(check_batch, batchId=batch.batch_id)

    assert sorted(asked) == ["a.example.com", "gone.test"]


def test_a_check_that_is_tried_again_answers_the_same(cloud: Cloud, machine: Machine) -> None:
    batch = dropped(cloud, "prompt\nx\n")

    assert step(check_batch, batchId=batch.batch_id) == step(check_batch, batchId=batch.batch_id)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1: is empty; the first line names the columns"),
        (b"prompt\n", "holds no row"),
        (b"a;b\n1;2\n", "line 1: needs a column prompt or preset"),
        (b"prompt\nsch\xf6n\n", "line 2: is not UTF-8 text"),
        (b"prompt\n" + b"x" * MAX_FILE_BYTES, f"at most {MAX_FILE_BYTES} are taken"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_plain_words(
    cloud: Cloud, machine: Machine, content: bytes, why: str
) -> None:
    batch = dropped(cloud, content)

    assert step(check_batch, batchId=batch.batch_id)["state"] == "failed"

    told = " ".join(text(cloud, "failed", batch).split())
    assert "inbox/spring.csv was not made" in told
    assert why in told
    assert "Nothing was charged." in told
    assert tag(cloud, batch) == {"plantain-status": "fail"}


def test_a_source_that_is_deleted_meanwhile_is_read_in_the_version_that_was_dropped(
    cloud: Cloud, machine: Machine
) -> None:
    batch = dropped(cloud, "prompt\nx\n")
    cloud.s3.put_object(Bucket="inbox", Key="inbox/spring.csv", Body=b"overwritten")
    cloud.s3.delete_object(Bucket="inbox", Key="inbox/spring.csv")

    assert step(check_batch, batchId=batch.batch_id)["state"] == "running"


def test_a_batch_of_the_api_may_not_name_what_lies_in_the_inbox(cloud: Cloud, machine: Machine) -> None:
    cloud.s3.put_object(Bucket="inbox", Key="inbox/secret.png", Body=b"\x89PNG\r\n\x1a\n")
    mine = post({"items": [{"prompt": "x", "imageInput": ["inbox/secret.png"]}]}).json["batchId"]
    theirs = dropped(cloud, "prompt,image_input\nx,inbox/secret.png\n")

    assert step(check_batch, batchId=mine)["state"] == "failed"
    assert batch_records().get(mine).bad_rows[0].faults[0].pointer == "/imageInput/0"
    assert step(check_batch, batchId=theirs.batch_id)["state"] == "running"


# ---- confirmed


def test_above_its_price_a_batch_waits_and_says_how_to_confirm(
    cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0.17")
    batch = dropped(cloud, "prompt,resolution\nx,1K\ny,1K\nz,9K\n")
    assert confirm(batch.batch_id).json["code"] == "batch-not-ready"

    assert step(check_batch, batchId=batch.batch_id)["state"] == "waiting"

    plan = text(cloud, "plans", batch)
    assert "2 rows that can be made and 1 that cannot" in plan
    assert "$0.18" in plan
    assert (
        f"Ask whoever runs Plantain for a yes, within seven days, and give them this number:\n  {batch.batch_id}\n"
        in plan
    )
    assert f"plantain batch confirm {batch.batch_id}" in plan
    assert tag(cloud, batch) == {"plantain-status": "accepted"}
    answer = confirm(batch.batch_id)
    assert (answer.status, answer.json["state"], machine.woken) == (202, "running", [])


def test_a_price_as_high_as_the_limit_is_still_below_it(
    cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0.18")
    batch = dropped(cloud, "prompt,resolution\nx,1K\ny,1K\n")

    assert step(check_batch, batchId=batch.batch_id)["state"] == "running"


def test_a_yes_wakes_who_waits_and_heals_a_wake_that_was_lost(cloud: Cloud, machine: Machine) -> None:
    batch_id = post({"items": [{"prompt": "x"}]}).json["batchId"]
    batch_records().change(batch_id, {"state": "waiting", "taskToken": "token"}, only_from=("checking",))

    assert [confirm(batch_id).status, confirm(batch_id).status] == [202, 202]
    assert machine.woken == ["token", "token"]


def test_what_has_failed_cannot_be_confirmed(cloud: Cloud, machine: Machine) -> None:
    batch_id = post({"items": [{"prompt": ""}]}).json["batchId"]
    step(check_batch, batchId=batch_id)

    answer = confirm(batch_id)

    assert (answer.status, answer.json["code"]) == (409, "batch-ended")
    assert answer.json["detail"].endswith("Nothing was charged. Start it again instead.")


# ---- rows and results


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


# ---- ended by its execution


def ended(batch_id: str, status: str, error: str | None = None) -> None:
    event = json.loads((EVENTS / "execution_aborted.json").read_text())
    event["detail"] |= {"name": batch_id, "status": status, "error": error}
    record_batch_end.handler(event, cast(Any, LambdaContext()))


NOT_BEGUN = "before any row was sent."
STOPPED = "Images that were asked for by then are still made and charged."


@pytest.mark.parametrize(
    ("before", "status", "error", "state", "words", "cost"),
    [
        (
            "waiting",
            "FAILED",
            "BatchExpired",
            "expired",
            "Nobody said yes to its price within seven days.",
            "Nothing",
        ),
        ("running", "FAILED", "BatchExpired", "expired", "Nobody said yes to its price", "Nothing"),
        ("checking", "FAILED", "States.Runtime", "failed", NOT_BEGUN, "Nothing"),
        ("waiting", "ABORTED", None, "failed", NOT_BEGUN, "Nothing"),
        ("running", "FAILED", "States.Runtime", "failed", STOPPED, "It may have been"),
        ("running", "ABORTED", None, "failed", STOPPED, "It may have been"),
        ("running", "TIMED_OUT", None, "failed", STOPPED, "It may have been"),
    ],
)
def test_an_execution_that_is_gone_ends_its_batch(
    cloud: Cloud,
    machine: Machine,
    before: str,
    status: str,
    error: str | None,
    state: str,
    words: str,
    cost: str,
) -> None:
    batch = dropped(cloud, "prompt\nx\n")
    batch_records().change(batch.batch_id, {"state": before}, only_from=("checking",))

    ended(batch.batch_id, status, error)

    found = batch_records().get(batch.batch_id)
    assert (found.state, words in (found.failure or "")) == (state, True)
    told = " ".join(text(cloud, "failed", batch).split())
    assert words in told
    assert f"What it cost - {cost} " in told
    assert told.count("Nothing was charged.") == (cost == "Nothing")
    assert tag(cloud, batch) == {"plantain-status": "fail"}


def test_who_was_stopped_before_telling_is_made_up_for_by_the_end(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check has failed the batch and broken off before the tag; tried again it finds nothing to check."""
    batch = dropped(cloud, "prompt\n")
    tag_source(batch.source or Source("", ""), "accepted")
    with monkeypatch.context() as broken:
        broken.setattr(checking, "tell_status", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            step(check_batch, batchId=batch.batch_id)
    assert step(check_batch, batchId=batch.batch_id)["state"] == "failed"
    assert tag(cloud, batch) == {"plantain-status": "accepted"}

    ended(batch.batch_id, "FAILED", "BatchRefused")

    assert tag(cloud, batch) == {"plantain-status": "fail"}
    assert "holds no row" in text(cloud, "failed", batch)


def test_an_end_between_look_and_tag_has_the_last_word(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes the file in sees a batch that runs, and writes `accepted` only when it is stopped already."""
    batch = dropped(cloud, "prompt\nx\n")
    real = inbox_reports.tag_source

    def slowly(source: Source, status: inbox_reports.Status) -> None:
        monkeypatch.setattr(inbox_reports, "tag_source", real)
        ended(batch.batch_id, "ABORTED")
        real(source, status)

    monkeypatch.setattr(inbox_reports, "tag_source", slowly)

    tell_status(batch)

    assert tag(cloud, batch) == {"plantain-status": "fail"}


def test_the_end_of_an_execution_changes_no_batch_that_has_ended(cloud: Cloud, machine: Machine) -> None:
    batch = dropped(cloud, "prompt\n")
    step(check_batch, batchId=batch.batch_id)
    failed = batch_records().get(batch.batch_id)

    ended(batch.batch_id, "FAILED", "BatchRefused")
    ended(new_task_id(), "FAILED")

    assert batch_records().get(batch.batch_id) == failed
