"""Batches that are ordered: taken in once, or refused with their faults."""

import json
from typing import Any

import pytest

from plantain.batches.records import batch_records
from plantain.inbox.keys import key_and_version, new_upload_key
from plantain.job import new_task_id
from tests.conftest import Cloud
from tests.functions.batching import (
    PATH,
    Machine,
    machine,
    names,
    post,
)

__all__ = ["machine", "names"]  # fixtures


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
