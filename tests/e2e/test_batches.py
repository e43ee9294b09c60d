"""Batches: from rows to pictures and results, once, whatever is dropped twice."""

import json
import time
from typing import Any

import httpx

from tests.e2e.conftest import Caller, Cloud

BATCH_SECONDS = 240.0
Rows = list[dict[str, Any]]


def started(caller: Caller, body: dict[str, Any], **headers: str) -> str:
    answer = caller.api.post("/api/batches", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    batch_id: str = answer.json()["batchId"]
    assert answer.headers["location"] == f"/api/batches/{batch_id}"
    return batch_id


def status(caller: Caller, batch_id: str) -> dict[str, Any]:
    answer = caller.api.get(f"/api/batches/{batch_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def reached(caller: Caller, batch_id: str, *states: str) -> dict[str, Any]:
    """The batch once it is in one of these states."""
    deadline = time.monotonic() + BATCH_SECONDS
    while (batch := status(caller, batch_id))["state"] not in states:
        assert time.monotonic() < deadline, batch
        time.sleep(0.2)
    return batch


def done(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    return reached(caller, started(caller, body), "done", "failed")


def results(batch: dict[str, Any]) -> Rows:
    """results.jsonl, fetched by its link."""
    text = httpx.get(batch["resultsUrl"], trust_env=False).text
    return [json.loads(line) for line in text.splitlines()]


def uploaded(caller: Caller, content: str | bytes, content_type: str) -> str:
    content = content.encode() if isinstance(content, str) else content
    body = {"contentType": content_type, "size": len(content)}
    place = caller.api.post("/api/uploads", json=body).json()
    put = httpx.put(place["uploadUrl"], content=content, headers=place["headers"], trust_env=False)
    assert put.status_code == 200, put.text
    key: str = place["key"]
    return key


def small(prompt: str = "a plantain", **fields: Any) -> dict[str, Any]:
    return {"prompt": prompt, "aspectRatio": "1:1", "resolution": "1K"} | fields


def test_inline_rows_become_pictures_and_the_bad_ones_a_reason(cloud: Cloud, alice: Caller) -> None:
    items = [small(id="a"), small(resolution="9K"), small("[twin:sub-key-limit]"), small(id="d")]

    batch = done(alice, {"items": items})

    assert batch["state"] == "done"
    assert batch["counts"] == {"pending": 0, "processing": 0, "success": 2, "fail": 1, "invalid": 1}
    assert batch["badRows"][0]["line"] == 2
    assert batch["badRows"][0]["errors"][0]["pointer"] == "/resolution"
    rows = results(batch)
    assert [row["state"] for row in rows] == ["success", "invalid", "fail", "success"]
    assert rows[0]["images"][0].endswith(f"/a__{rows[0]['taskId']}.png")
    assert cloud.client("s3").head_object(Bucket=cloud.outputs["ImagesBucketName"], Key=rows[3]["images"][0])
    assert batch["cost"]["credits"] == 36
    assert json.loads(httpx.get(batch["errorsUrl"], trust_env=False).text.splitlines()[0])["line"] == 2


def test_the_same_batch_again_makes_no_second_image(cloud: Cloud, alice: Caller) -> None:
    body = {"items": [small("once"), small("and again")], "name": "spring"}
    first = done(alice, body)
    accepted = cloud.accepted()

    second = done(alice, body)

    assert (second["state"], second["reused"], second["price"]["credits"]) == ("done", 2, 0)
    assert [row["taskId"] for row in results(second)] == [row["taskId"] for row in results(first)]
    assert cloud.accepted() == accepted


def test_a_csv_that_was_uploaded_is_a_batch(cloud: Cloud, alice: Caller) -> None:
    rows = ['"a leaf,\r\nin the sun";1:1;1K;leaf', ";1:1;1K;", "a tree;1:1;1K;", ""]
    text = "\r\n".join(["\ufeffprompt;Aspect ratio;resolution;id", *rows])
    key = uploaded(alice, text, "text/csv")

    batch = done(alice, {"key": key})

    assert batch["counts"]["success"] == 2
    assert [(row["row"], row["line"]) for row in batch["badRows"]] == [(2, 4)]
    assert [row.get("id") for row in results(batch)] == ["leaf", None, "3"]


def test_json_lines_that_were_uploaded_are_a_batch(cloud: Cloud, alice: Caller) -> None:
    rows = [
        {"prompt": "a stem", "aspect_ratio": "1:1", "resolution": "1K"},
        {"prompt": "a root", "resolution": "1K"},
    ]
    key = uploaded(alice, "\n".join(map(json.dumps, rows)) + "\n{broken", "application/jsonl")

    batch = done(alice, {"key": key})

    assert (batch["counts"]["success"], batch["counts"]["invalid"]) == (2, 1)


def test_above_a_price_a_batch_waits_for_a_yes(cloud: Cloud, alice: Caller) -> None:
    """20 USD by default: 223 images at 0.09 USD, all of which Kie.ai refuses once they are confirmed."""
    items = [small(f"[twin:sub-key-limit] {number}") for number in range(223)]
    accepted = cloud.accepted()
    batch_id = started(alice, {"items": items})
    waiting = reached(alice, batch_id, "waiting")
    assert waiting["price"] == {"credits": 4014, "usd": 20.07}

    assert alice.api.post(f"/api/batches/{batch_id}/confirm").status_code == 202
    batch = reached(alice, batch_id, "done")

    assert batch["counts"]["fail"] == 223
    assert alice.api.post(f"/api/batches/{batch_id}/confirm").status_code == 202
    assert cloud.accepted() == accepted


def test_a_batch_is_its_callers(cloud: Cloud, alice: Caller) -> None:
    batch_id = started(alice, {"items": [small(resolution="9K")]})
    bob = cloud.caller("bob-of-batches")

    assert bob.api.get(f"/api/batches/{batch_id}").status_code == 404
    assert bob.api.post(f"/api/batches/{batch_id}/confirm").status_code == 404
    assert (
        bob.api.post("/api/batches", json={"key": uploaded(alice, "prompt\nx\n", "text/csv")}).status_code == 400
    )
    assert reached(alice, batch_id, "failed")["failMsg"].endswith("Nothing was charged.")
    assert alice.api.post(f"/api/batches/{batch_id}/confirm").status_code == 409


def test_a_key_twice_is_one_batch(cloud: Cloud, alice: Caller) -> None:
    key = {"Idempotency-Key": "batch-once"}
    body = {"items": [small(resolution="9K")]}

    assert started(alice, body, **key) == started(alice, body, **key)
    other = alice.api.post("/api/batches", json={"items": [small()]}, headers=key)
    assert other.status_code == 422


def test_a_file_that_cannot_be_read_costs_nothing(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()
    unreadable = {
        b"name,size\na,b\n": "line 1: needs a column prompt or preset",
        "prompt\nein M\u00e4rchen\n".encode("latin-1"): "line 2: is not UTF-8 text",
        b'prompt\n"never closed\n': "line 2: is not valid CSV",
        b"prompt\n": "holds no row",
    }
    for content, why in unreadable.items():
        batch = done(alice, {"key": uploaded(alice, content, "text/csv")})
        assert (batch["state"], why in batch["failMsg"], batch["rows"]) == ("failed", True, 0), batch
    assert cloud.accepted() == accepted


def test_a_batch_that_is_stopped_says_so_and_its_jobs_go_on(cloud: Cloud, alice: Caller) -> None:
    cloud.twin.post("/_twin/settings", json={"drawSeconds": 4}).raise_for_status()
    batch_id = started(alice, {"items": [small("slow and steady")]})
    deadline = time.monotonic() + BATCH_SECONDS
    while not (
        tasks := [t for t in alice.api.get("/api/images").json()["jobs"] if t["prompt"] == "slow and steady"]
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)

    arn = cloud.outputs["BatchMachineArn"].replace(":stateMachine:", ":execution:") + f":{batch_id}"
    cloud.client("stepfunctions").stop_execution(executionArn=arn)

    assert "stopped" in reached(alice, batch_id, "failed")["failMsg"]
    assert alice.finished(tasks[0]["taskId"])["state"] == "success"
    cloud.twin.post("/_twin/settings", json={"drawSeconds": 1}).raise_for_status()
