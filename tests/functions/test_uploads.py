"""POST /api/uploads, and what becomes of an upload's key in a wish."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.create_task import app as create_task
from functions.create_upload import app as create_upload
from functions.submit_job import app as submit_job
from plantain.inbox import bucket as inbox
from plantain.inbox.keys import new_upload_key, pinned
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.wishes import input_images
from tests.builders import a_job, a_request, created, kie_says
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, Started, call, http_event

PNG = b"\x89PNG\r\n\x1a\n"
KINDS = "must be 'image/png', 'image/jpeg', 'image/webp', 'text/csv' or 'application/jsonl'"


def announce(body: Any, caller: str = "alice") -> Answer:
    return call(create_upload, http_event("POST", "/api/uploads", body=json.dumps(body), caller=caller))


def submit(*inputs: str, **headers: str) -> Answer:
    body = json.dumps({"prompt": "x", "imageInput": inputs})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(submit_job, http_event("POST", "/api/images/generate", body=body, headers=named))


def uploaded(cloud: Cloud, caller: str = "alice", content: bytes = PNG) -> str:
    key = new_upload_key(caller, "image/png")
    cloud.s3.put_object(Bucket="inbox", Key=key, Body=content)
    return key


def version_of(cloud: Cloud, key: str) -> str:
    return str(cloud.s3.head_object(Bucket="inbox", Key=key)["VersionId"])


def test_an_upload_gets_a_key_and_a_link_that_signs_size_and_type(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "now_ms", lambda: 1_774_428_642_608)

    answer = announce({"contentType": "image/jpeg", "size": 1234})

    given = answer.json
    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    assert set(given) == {"key", "uploadUrl", "headers", "uploadExpiresAt"}
    assert re.fullmatch(r"uploads/alice/[0-9a-f-]{36}\.jpg", given["key"])
    assert given["headers"] == {"Content-Type": "image/jpeg"}
    assert given["uploadExpiresAt"] == "2026-03-25T09:05:42.608Z"
    link = urlsplit(given["uploadUrl"])
    assert (link.netloc, link.path) == ("inbox.s3.eu-central-1.amazonaws.com", f"/{given['key']}")
    assert parse_qs(link.query)["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert parse_qs(link.query)["X-Amz-Expires"] == ["900"]


@pytest.mark.parametrize(
    ("change", "pointer", "detail"),
    [
        ({"contentType": "image/gif"}, "/contentType", KINDS),
        ({"contentType": None}, "/contentType", KINDS),
        ({"size": 0}, "/size", "must be at least 1"),
        ({"size": 30_000_001}, "/size", "must be at most 30000000"),
        ({"contentType": "text/csv", "size": 20_000_001}, "/size", "must be at most 20000000"),
        ({"contentType": "application/jsonl", "size": 20_000_001}, "/size", "must be at most 20000000"),
        ({"size": "9"}, "/size", "must be a whole number"),
        ({"size": True}, "/size", "must be a whole number"),
        ({"size": 1.5}, "/size", "must be a whole number"),
        ({"size": float("inf")}, "/size", "must be a whole number"),
        ({"name": "a.png"}, "/name", "is not a known field"),
    ],
)
def test_a_bad_upload_is_named_and_costs_nothing(
    cloud: Cloud, change: dict[str, Any], pointer: str, detail: str
) -> None:
    answer = announce({"contentType": "image/png", "size": 9} | change)

    assert (answer.status, answer.json["error"], answer.json["charged"]) == (400, "Invalid request", "no")
    assert answer.json["errors"] == [{"pointer": pointer, "detail": detail}]


def test_a_whole_number_may_be_written_as_any_json_writer_does(cloud: Cloud) -> None:
    request = http_event("POST", "/api/uploads", body='{"contentType": "image/png", "size": 9.0}')

    assert call(create_upload, request).status == 201


def test_type_and_size_are_required(cloud: Cloud) -> None:
    assert [fault["pointer"] for fault in announce({}).json["errors"]] == ["/contentType", "/size"]


def test_uploads_count_like_wishes(cloud: Cloud, started: Started, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("CALLER_RATE_PER_MINUTE", "2")
    settings.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)
    announce({"contentType": "image/png", "size": 9})

    assert (submit().status, announce({"contentType": "image/png", "size": 9}).status) == (202, 429)


def test_a_wish_may_name_what_was_uploaded(cloud: Cloud, started: Started) -> None:
    keys = [uploaded(cloud), uploaded(cloud)]

    answer = submit(*keys)

    assert answer.status == 202
    kept = jobs().get(answer.json["taskId"]).request.image_input
    assert kept == tuple(pinned(key, version_of(cloud, key)) for key in keys)


def test_what_was_not_uploaded_or_is_not_ones_own_is_named(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    settings.setattr(input_images, "MAX_UPLOAD_BYTES", 8)
    missing, large = new_upload_key("alice", "image/png"), uploaded(cloud, content=b"far too long")

    theirs = submit("https://example.com/a.png", uploaded(cloud, "bob"))
    unusable = submit(missing, uploaded(cloud), large)

    assert (theirs.status, theirs.json["errors"]) == (
        400,
        [{"pointer": "/imageInput/1", "detail": "must be the key of an upload of yours"}],
    )
    assert (unusable.status, unusable.json["errors"]) == (
        400,
        [
            {"pointer": "/imageInput/0", "detail": "has not been uploaded"},
            {"pointer": "/imageInput/2", "detail": "must have at most 8 bytes, it has 12"},
        ],
    )
    assert started.task_ids == []


def test_a_repeat_with_the_same_upload_is_the_same_task(cloud: Cloud, started: Started) -> None:
    one, other = uploaded(cloud), uploaded(cloud)
    first = submit(one, idempotency_key="order-7")

    assert submit(one, idempotency_key="order-7").json["taskId"] == first.json["taskId"]
    assert submit(other, idempotency_key="order-7").status == 422


def test_kie_gets_a_link_and_nothing_else_does(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = uploaded(cloud)
    inputs = ("https://example.com/a.png", pinned(key, version_of(cloud, key)))
    job = reservations().reserve(a_job(request=a_request(image_input=inputs))).job
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)

    output = create_task.handler({"taskId": job.task_id}, LambdaContext())  # type: ignore[arg-type]

    url, link = json.loads(sent[0].content)["input"]["image_input"]
    assert url == "https://example.com/a.png"
    assert link.startswith(f"https://inbox.s3.eu-central-1.amazonaws.com/{key}?")
    query = parse_qs(urlsplit(link).query)
    assert (query["X-Amz-Expires"], query["versionId"]) == (["7200"], [version_of(cloud, key)])
    records = cloud.dynamodb.scan(TableName="jobs")["Items"]
    assert "X-Amz" not in json.dumps([records, output]) + capsys.readouterr().out
    assert jobs().get(job.task_id).request.image_input == inputs


def test_a_link_that_cannot_be_signed_leaves_no_intent_behind(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = reservations().reserve(a_job(request=a_request(image_input=(uploaded(cloud),)))).job
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    monkeypatch.delenv("INBOX_BUCKET")

    with pytest.raises(KeyError):
        create_task.handler({"taskId": job.task_id}, LambdaContext())  # type: ignore[arg-type]

    assert sent == []
    assert jobs().get(job.task_id).create_started_at is None
