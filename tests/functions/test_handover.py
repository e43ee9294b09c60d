"""Input images on their way to Kie.ai: the version that was asked for, under a name that says what it is."""

import hashlib
import io
import json
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from PIL import Image

from functions.create_task import app as create_task
from local.twin.twin import Twin
from plantain.errors import InputGone, Refused, TryAgainLater
from plantain.inbox.keys import pinned
from plantain.job import Job, now_ms
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.kie.files import KieFiles
from plantain.steps import handover
from plantain.steps.handover import FRESH_MS, handed_over
from tests.builders import a_job, a_request, created, kie_says, unread
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext


def picture(kind: str = "PNG", colour: str = "seagreen") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, kind)
    return out.getvalue()


def put(cloud: Cloud, key: str, content: bytes) -> str:
    """A reference to what was put there."""
    return pinned(key, cloud.s3.put_object(Bucket="inbox", Key=key, Body=content)["VersionId"])


def waiting(*references: str) -> Job:
    return reservations().reserve(a_job(request=a_request(image_input=references))).job


def fetched(cloud: Cloud, link: str) -> bytes:
    """What lies behind a link to the inbox."""
    parts = urlsplit(link)
    version = {"VersionId": v[0]} if (v := parse_qs(parts.query).get("versionId")) else {}
    content: bytes = cloud.s3.get_object(Bucket="inbox", Key=unquote(parts.path[1:]), **version)["Body"].read()
    return content


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        ("photo.JPG", "JPEG", ".jpg"),
        ("photo.jpeg", "PNG", ".png"),
        ("photo", "WEBP", ".webp"),
        ("a b+ü%2F😀.png", "JPEG", ".jpg"),
        ("photo.webp.PNG", "PNG", ".png"),
    ],
)
def test_a_name_that_does_not_say_what_it_is_is_copied_to_one_that_does(
    cloud: Cloud, name: str, kind: str, ending: str
) -> None:
    reference = put(cloud, f"inbox/recolor/{name}", picture(kind))

    links = [handed_over(waiting(reference)).image_input[0] for _ in range(2)]

    copied = f"/uploads/inbox/{hashlib.sha256(reference.encode()).hexdigest()[:32]}{ending}"
    assert [urlsplit(link).path for link in links] == [copied, copied]
    assert fetched(cloud, links[0]) == picture(kind)
    head = cloud.s3.head_object(Bucket="inbox", Key=copied[1:])
    assert (head["ContentType"], head["Metadata"]) == (f"image/{kind.lower()}", {"plantain": "copy"})


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a b.jpg", "JPEG"), ("ü.jpeg", "JPEG"), ("x.webp", "WEBP")]
)
def test_a_name_that_says_what_it_is_is_linked_as_it_is(cloud: Cloud, name: str, kind: str) -> None:
    reference = put(cloud, f"inbox/recolor/{name}", picture(kind))

    (link,) = handed_over(waiting(reference)).image_input

    assert unquote(urlsplit(link).path) == f"/inbox/recolor/{name}"
    assert "uploads/" not in [entry["Key"] for entry in cloud.s3.list_objects_v2(Bucket="inbox")["Contents"]]


@pytest.mark.parametrize("name", ["a.png", "a.PNG"])
def test_overwriting_and_deleting_change_nothing_for_who_waits(cloud: Cloud, name: str) -> None:
    job = waiting(put(cloud, f"inbox/recolor/{name}", picture()))
    put(cloud, f"inbox/recolor/{name}", picture(colour="red"))
    cloud.s3.delete_object(Bucket="inbox", Key=f"inbox/recolor/{name}")

    (link,) = handed_over(job).image_input

    assert fetched(cloud, link) == picture()


@pytest.mark.parametrize("content", [None, b"", b"<html>"])
def test_what_is_gone_ends_the_job_before_anything_is_sent(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    kie, sent = kie_says(created())
    monkeypatch.setattr(create_task, "kie", lambda: kie)
    reference = put(cloud, "inbox/a.png", content or b"")
    if content is None:
        cloud.s3.delete_object(Bucket="inbox", Key="inbox/a.png", VersionId=reference.rpartition("=")[2])
    job = waiting(reference)

    with pytest.raises(InputGone):
        create_task.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))

    ended = jobs().get(job.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged, sent) == ("input-image-gone", "no", [])


# ---- through Kie.ai's file upload


def files(url: str, *trusted: str, key: str = "twin-key", fresh: str = "twin-key") -> KieFiles:
    return KieFiles(url, frozenset(trusted), key=lambda: key, fresh_key=lambda: fresh)


@pytest.fixture
def by_upload(settings: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings.setenv("INPUT_HANDOVER", "kie-upload")
    return settings


def test_an_image_goes_through_kies_upload_under_a_name_no_one_else_has(
    cloud: Cloud, by_upload: pytest.MonkeyPatch
) -> None:
    with Twin() as twin:
        by_upload.setattr(handover, "kie_files", lambda: files(twin.api_url, twin.files_url))
        references = put(cloud, "inbox/a.JPG", picture("PNG")), "https://example.com/b.png"
        first, second = (handed_over(waiting(*references)).image_input for _ in range(2))

        arrived = httpx.get(first[0], trust_env=False)

    assert (first[1], second[1]) == ("https://example.com/b.png",) * 2
    assert first[0] != second[0]
    assert first[0].endswith(".png")
    assert (arrived.content, arrived.headers["content-type"]) == (picture("PNG"), "image/png")


def test_what_has_been_handed_over_is_not_uploaded_again(cloud: Cloud, by_upload: pytest.MonkeyPatch) -> None:
    with Twin() as twin:
        by_upload.setattr(handover, "kie_files", lambda: files(twin.api_url, twin.files_url))
        job = waiting(put(cloud, "inbox/a.png", picture()), put(cloud, "inbox/b.png", picture("JPEG")))
        first = handed_over(job).image_input

        assert handed_over(jobs().get(job.task_id)).image_input == first
        jobs().note_handed_over(job, first[:1], now_ms())
        again = handed_over(jobs().get(job.task_id)).image_input

        jobs().note_handed_over(job, first, now_ms() - FRESH_MS - 1)
        anew = handed_over(jobs().get(job.task_id)).image_input

    assert (again[0], again[1] == first[1]) == (first[0], False)
    assert not {*first, *again} & {*anew}  # Kie.ai may have deleted them


class Wire(httpx.BaseTransport):
    """Says always the same, or breaks; `pieces` are the sizes in which the last request came."""

    def __init__(self, said: httpx.Response | Exception) -> None:
        self._said = said
        self.pieces: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.pieces = [len(piece) for piece in cast(Any, request.stream)]
        assert int(request.headers["content-length"]) == sum(self.pieces)
        assert "transfer-encoding" not in request.headers
        if isinstance(self._said, Exception):
            raise self._said
        return unread(self._said)


def over(wire: Wire) -> KieFiles:
    return KieFiles("https://files.test", frozenset(), key=lambda: "k", fresh_key=lambda: "k", transport=wire)


def test_no_more_than_a_piece_of_an_image_is_ever_held(cloud: Cloud, by_upload: pytest.MonkeyPatch) -> None:
    data = {"downloadUrl": "https://tempfile.example.com/a.png"}
    wire = Wire(httpx.Response(200, json={"code": 200, "data": data}))
    by_upload.setattr(handover, "kie_files", lambda: over(wire))

    handed_over(waiting(put(cloud, "inbox/a.png", picture() + bytes(3_000_000))))

    assert sum(wire.pieces) > 3_000_000
    assert max(wire.pieces) <= 256 * 1024


ANSWERS: list[tuple[httpx.Response, type[Exception]]] = [
    (httpx.Response(200, json={"code": 400, "msg": "File size exceeds limit", "data": None}), Refused),
    (httpx.Response(413, text="<html>"), Refused),
    (httpx.Response(200, json={"code": 401, "msg": "Unauthorized"}), Refused),
    (httpx.Response(401, text=""), Refused),
    (httpx.Response(200, json={"code": 429, "msg": "too often", "data": None}), TryAgainLater),
    (httpx.Response(200, json={"code": 500, "msg": "?", "data": None}), TryAgainLater),
    (httpx.Response(502, text="<html>"), TryAgainLater),
    (httpx.Response(200, text="<html>"), TryAgainLater),
    (httpx.Response(200, json=["?"]), TryAgainLater),
    (httpx.Response(200, json={"code": 200, "data": None}), TryAgainLater),
    (httpx.Response(200, json={"code": 200, "data": {"downloadUrl": "http://127.0.0.1/a.png"}}), TryAgainLater),
    (httpx.Response(200, json={"code": 200, "data": {"downloadUrl": 7}}), TryAgainLater),
]


@pytest.mark.parametrize(("said", "error"), ANSWERS)
def test_whatever_the_upload_says_nothing_has_been_created_and_no_intent_is_left(
    cloud: Cloud, by_upload: pytest.MonkeyPatch, said: httpx.Response, error: type[Exception]
) -> None:
    by_upload.setattr(handover, "kie_files", lambda: over(Wire(said)))
    kie, sent = kie_says(created())
    by_upload.setattr(create_task, "kie", lambda: kie)
    job = waiting(put(cloud, "inbox/a.png", picture()))

    with pytest.raises(error):
        create_task.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))

    seen = jobs().get(job.task_id)
    assert (sent, seen.create_started_at, seen.handed_over) == ([], None, ())
    assert seen.is_final == (error is Refused)
    assert "a.png" not in json.dumps(seen.failure.message if seen.failure else "")


BROKEN = [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]


@pytest.mark.parametrize("broken", BROKEN)
def test_an_upload_that_breaks_is_tried_again(
    cloud: Cloud, by_upload: pytest.MonkeyPatch, broken: Exception
) -> None:
    by_upload.setattr(handover, "kie_files", lambda: over(Wire(broken)))

    with pytest.raises(TryAgainLater):
        handed_over(waiting(put(cloud, "inbox/a.png", picture())))


def test_a_key_that_was_replaced_is_taken_at_the_next_try(cloud: Cloud, by_upload: pytest.MonkeyPatch) -> None:
    with Twin() as twin:
        old = files(twin.api_url, twin.files_url, key="old", fresh="twin-key")
        by_upload.setattr(handover, "kie_files", lambda: old)

        with pytest.raises(TryAgainLater):
            handed_over(waiting(put(cloud, "inbox/a.png", picture())))
