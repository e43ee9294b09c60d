"""Answers with anything in any field: each is read, or is an error that says so, and never a traceback."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plantain_client import ApiError, NotPlantain, PlantainError, TransportFailed
from plantain_client.documents import task_from
from tests.client.service import LINK, TASK_ID, Service, success

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    float("nan"),
    "",
    "\ud800\x00",
    "../..",
    "https://[",
    "x" * 70_000,
    [],
    [1],
    {},
    {"a": 1},
)
ACCOUNT = {
    "caller": "alice",
    "time": "2026-11-23T04:25:05.285Z",
    "version": "0.1.0",
    "kie": {"state": "ok", "credits": 1, "usd": 2},
    "paused": {"by": "operator", "reason": "", "since": "2026-11-23T04:25:05.285Z"},
}
HEALTH = {"version": "0.1.0", "kieKeyConfigured": True}
PLACE = {"key": "uploads/me/1.png", "uploadUrl": LINK, "headers": {"Content-Type": "image/png"}}
PROBLEM = {
    "error": "Error",
    "code": "invalid-request",
    "detail": "…",
    "charged": "no",
    "retryable": False,
    "taskId": TASK_ID,
    "errors": [{"pointer": "/x", "detail": "…"}],
}
TASK = task_from(success())


def oddities(document: Any) -> Iterator[Any]:
    """The document with each of its values, at any depth, replaced by each of the odd ones, or left out."""
    yield from ODD
    for key in list(document) if isinstance(document, dict) else range(len(document)):
        for odd in ODD:
            changed = copy.copy(document)
            changed[key] = odd
            yield changed
        without = copy.copy(document)
        del without[key]
        yield without
        if isinstance(document[key], dict | list):
            for odd in oddities(document[key]):
                changed = copy.copy(document)
                changed[key] = odd
                yield changed


@pytest.mark.parametrize(
    ("operation", "words", "status", "document"),
    [
        ("create_task", ("a plantain",), 202, {"taskId": TASK_ID, "state": "pending"}),
        ("create_task", ("a plantain",), 400, PROBLEM),
        ("query_task", (TASK_ID,), 200, success()),
        ("query_task", (TASK_ID,), 404, PROBLEM),
        ("list_page", (), 200, {"jobs": [success()], "cursor": "c"}),
        ("account", (), 200, ACCOUNT),
        ("health", (), 200, HEALTH),
        ("upload", (b"\xff\xd8\xff",), 201, PLACE),
        ("download", (TASK_ID, "."), 200, success()),
    ],
)
def test_whatever_is_said_is_read_or_an_error_of_plantain(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    words: tuple[Any, ...],
    status: int,
    document: Any,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    errors = 0
    for odd in oddities(document):
        service = Service("blocking")
        service.says(_json(status, odd), *[httpx.Response(200, content=b"")] * 5)
        try:
            repr(service.call(operation, *words))
        except PlantainError as error:
            errors += 1
            str(error)
        except ValueError as error:
            if "none at index 0" not in str(error):  # not a success without an image
                raise
    assert errors > len(ODD)
    assert list(tmp_path.rglob("*")) == [folder]


@pytest.mark.parametrize("errors", [[1], 5, "x", {"a": 1}, [None, {"pointer": "/x"}]])
def test_a_refusal_stays_one_whatever_its_faults_are(service: Service, errors: Any) -> None:
    service.says(_json(400, PROBLEM | {"errors": errors, "taskId": None}))

    with pytest.raises(ApiError) as refused:
        service.call("create_task", "a plantain", idempotency_key="1")

    assert (refused.value.status, refused.value.charged) == (400, "no")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:x",
        "file:///etc/passwd",
        "/api/images",
        "//host/x",
        "http://[",
        f"https://{'a' * 64}.test/",
        "https://a..test/",
        "https://" + "a" * 70_000,
    ],
)
def test_a_link_that_leads_nowhere_is_not_asked(service: Service, tmp_path: Path, link: str) -> None:
    service.says(httpx.Response(302, headers={"Location": link}))
    with pytest.raises((NotPlantain, TransportFailed)):
        service.call("download", TASK, tmp_path)

    service.says(httpx.Response(201, json=PLACE | {"uploadUrl": link}))
    with pytest.raises(NotPlantain, match="no address"):
        service.call("upload", b"\xff\xd8\xff")

    assert {request.url.host for request in service.requests} == {"plantain.test"}


@pytest.mark.parametrize(
    ("task_id", "content_type"),
    [
        ("../../evil", "image/png"),
        ("/tmp/evil", "image/png"),
        ("a\\b", "image/png"),
        ("..", "image/png"),
        (".profile", "image/png"),
        ("C:evil", "image/png"),
        ("x" * 300, "image/png"),
        ("evil", "text/x-sh"),
    ],
)
def test_the_servers_words_name_no_file_elsewhere_and_no_program(
    service: Service, tmp_path: Path, task_id: str, content_type: str
) -> None:
    image = success()["images"][0] | {"contentType": content_type, "key": "images/x.sh"}
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    service.says(_json(200, success(taskId=task_id, images=[image])))

    with pytest.raises(NotPlantain, match="cannot name a file"):
        service.call("download", "x", folder)

    assert len(service.requests) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _json(status: int, document: Any) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(document), headers={"Content-Type": "application/json"})
