"""Batches are checked row by row, before anything is spent."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.check_batch import app as check_batch
from plantain.batches import file_check
from plantain.batches.records import batch_records
from plantain.inbox.file_kinds import MAX_BATCH_BYTES
from plantain.network.dns import Dns
from tests.conftest import Cloud
from tests.functions.batching import Machine, dropped, lines, machine, names, post, step, succeed, tag, taken, text
from tests.wire import Names

__all__ = ["machine", "names"]  # fixtures


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
    monkeypatch.setattr(file_check, "dns", lambda: Dns(counting))

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
        (b"prompt\n" + b"x" * MAX_BATCH_BYTES, f"at most {MAX_BATCH_BYTES} are taken"),
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
