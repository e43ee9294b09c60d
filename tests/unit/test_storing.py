"""Copying results into the bucket: whole images only, byte for byte, never more than a piece in memory."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError
from PIL import Image

from plantain import storing
from plantain.downloads import Downloads
from plantain.errors import PlantainError, TryAgainLater, UnusableResult
from plantain.image_writer import ImageWriter
from plantain.images import Images, image_key, images
from plantain.job import StoredImage
from plantain.manifests import manifest_key, manifest_of
from plantain.storing import store
from tests.builders import RESULT_ORIGIN, RESULT_URL, a_job
from tests.conftest import Cloud

Answer = Callable[[httpx.Request], httpx.Response]
DAY = 1_774_428_642_608  # 2026-03-25


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 180)) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


@dataclass
class Bucket:
    """S3 as the presigned PUT meets it: the body counts only when it arrived whole."""

    cloud: Cloud
    status: int | None = None
    puts: list[httpx.Request] = field(default_factory=list)

    def writer(self) -> ImageWriter:
        return ImageWriter(Images("images", self.cloud.s3), httpx.MockTransport(self._put))

    def keys(self) -> list[str]:
        return [item["Key"] for item in self.cloud.s3.list_objects_v2(Bucket="images").get("Contents", [])]

    def _put(self, request: httpx.Request) -> httpx.Response:
        body = b"".join(_pieces(request))
        self.puts.append(request)
        if self.status:
            return httpx.Response(self.status)
        assert len(body) == int(request.headers["content-length"])
        try:
            self.cloud.s3.put_object(
                Bucket="images",
                Key=unquote(urlsplit(str(request.url)).path).lstrip("/"),
                Body=body,
                ContentType=request.headers["content-type"],
                IfNoneMatch=request.headers["if-none-match"],
            )
        except ClientError as error:
            return httpx.Response(error.response["ResponseMetadata"]["HTTPStatusCode"])
        return httpx.Response(200)


def _pieces(request: httpx.Request) -> Iterator[bytes]:
    assert isinstance(request.stream, httpx.SyncByteStream)
    return iter(request.stream)


class Streamed(httpx.SyncByteStream):
    """A body that comes in pieces and may break off."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def serving(data: bytes, **headers: str) -> Downloads:
    return answering(lambda _: httpx.Response(200, headers={"content-length": str(len(data))} | headers,
                                              stream=Streamed(data)))  # fmt: skip


def answering(answer: Answer) -> Downloads:
    return Downloads(frozenset({RESULT_ORIGIN}), httpx.MockTransport(answer))


@pytest.fixture
def bucket(cloud: Cloud) -> Bucket:
    return Bucket(cloud)


@pytest.mark.parametrize(
    ("kind", "extension", "content_type"),
    [("PNG", "png", "image/png"), ("JPEG", "jpg", "image/jpeg"), ("WEBP", "webp", "image/webp")],
)
def test_an_image_is_stored_unchanged_under_its_jobs_own_day(
    bucket: Bucket, kind: str, extension: str, content_type: str
) -> None:
    data = picture(kind)
    job = a_job(created_at=DAY, result_urls=(RESULT_URL,))

    stored = store(job, serving(data, **{"content-type": "text/html"}), bucket.writer())

    key = f"images/2026/03/25/{job.task_id}.{extension}"
    assert stored == (StoredImage(key, content_type, len(data), hashlib.sha256(data).hexdigest(), 320, 180),)
    kept = bucket.cloud.s3.get_object(Bucket="images", Key=key)
    assert kept["Body"].read() == data
    assert kept["ContentType"] == content_type


def test_all_urls_are_stored_the_first_under_the_plain_name(bucket: Bucket) -> None:
    job = a_job(result_urls=(RESULT_URL, f"{RESULT_ORIGIN}/2", f"{RESULT_ORIGIN}/3"))

    stored = store(job, serving(picture()), bucket.writer())

    assert [image.key.rpartition("/")[2] for image in stored] == [
        f"{job.task_id}.png",
        f"{job.task_id}-2.png",
        f"{job.task_id}-3.png",
    ]
    assert sorted(bucket.keys()) == sorted(image.key for image in stored)


def test_of_several_the_unusable_are_left_out(bucket: Bucket) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        data = b"<html>" * 10 if request.url.path == "/2" else picture()
        return httpx.Response(200, headers={"content-length": str(len(data))}, stream=Streamed(data))

    job = a_job(result_urls=(RESULT_URL, f"{RESULT_ORIGIN}/2", f"{RESULT_ORIGIN}/3"))

    stored = store(job, answering(answer), bucket.writer())

    assert [image.key.rpartition("/")[2] for image in stored] == [f"{job.task_id}.png", f"{job.task_id}-3.png"]


def test_while_patience_lasts_none_is_left_out(bucket: Bucket) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        data = picture()
        status = 404 if request.url.path == "/2" else 200
        return httpx.Response(status, headers={"content-length": str(len(data))}, stream=Streamed(data))

    job = a_job(result_urls=(RESULT_URL, f"{RESULT_ORIGIN}/2"))

    with pytest.raises(TryAgainLater):
        store(job, answering(answer), bucket.writer(), patient=True)
    assert len(store(job, answering(answer), bucket.writer())) == 1


def test_storing_twice_writes_once_and_says_the_same(bucket: Bucket) -> None:
    job = a_job(result_urls=(RESULT_URL,))
    data = picture()

    first = store(job, serving(data), bucket.writer())
    again = store(job, serving(data), bucket.writer())

    assert again == first
    assert len(bucket.puts) == 2
    assert len(bucket.keys()) == 1


def test_a_result_of_undeclared_size_is_stored_as_well(bucket: Bucket) -> None:
    data = picture()
    chunked = answering(lambda _: httpx.Response(200, stream=Streamed(data[:99], data[99:])))

    (stored,) = store(a_job(result_urls=(RESULT_URL,)), chunked, bucket.writer())

    assert stored.size == len(data)
    assert bucket.puts[0].headers["content-length"] == str(len(data))


def test_no_credentials_and_no_compression_are_offered(bucket: Bucket) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        data = picture()
        return httpx.Response(200, headers={"content-length": str(len(data))}, stream=Streamed(data))

    store(a_job(result_urls=(RESULT_URL,)), answering(answer), bucket.writer())

    assert "authorization" not in asked[0].headers
    assert "cookie" not in asked[0].headers
    assert asked[0].headers["accept-encoding"] == "identity"


def failing(answer: Answer, url: str = RESULT_URL) -> Callable[[Bucket], PlantainError]:
    def attempt(bucket: Bucket) -> PlantainError:
        with pytest.raises(PlantainError) as failed:
            store(a_job(result_urls=(url,)), answering(answer), bucket.writer())
        return failed.value

    return attempt


def body(*pieces: bytes | Exception, status: int = 200, length: int | None = None) -> Answer:
    headers = {} if length is None else {"content-length": str(length)}
    return lambda _: httpx.Response(status, headers=headers, stream=Streamed(*pieces))


HUGE_HEADER = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00" + b"\x00" * 9
)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (body(b"<html><body>not here any more</body></html>"), "result-not-an-image"),
        (body(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "result-not-an-image"),
        (body(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100), "result-not-an-image"),
        (body(HUGE_HEADER), "result-too-large"),
        (body(picture(), length=storing.MAX_IMAGE_BYTES + 1), "result-too-large"),
        (body(picture(), *[b"\x00" * 1_000_000] * 51), "result-too-large"),
        (body(status=404), "result-gone"),
        (body(status=410), "result-gone"),
        (body(status=302), "result-refused"),
    ],
)
def test_what_is_no_image_of_ours_is_final_and_leaves_nothing(bucket: Bucket, answer: Answer, code: str) -> None:
    error = failing(answer)(bucket)

    assert isinstance(error, UnusableResult)
    assert (error.code, error.charged) == (code, "yes")
    assert bucket.keys() == []


@pytest.mark.parametrize(
    "answer",
    [
        body(b""),
        body(b"", length=0),
        body(b"\x89PNG\r\n\x1a\n"),
        body(picture()[:-1]),
        body(picture()[:-1], length=len(picture()) - 1),
        body(picture()[:5000], length=len(picture())),
        body(picture()[:5000], httpx.ReadError("reset"), length=len(picture())),
        body(httpx.ReadTimeout("silence"), length=len(picture())),
        body(status=500),
        body(status=503),
        body(status=206),
    ],
)
def test_what_may_come_right_is_tried_again_and_leaves_nothing(bucket: Bucket, answer: Answer) -> None:
    error = failing(answer)(bucket)

    assert isinstance(error, TryAgainLater)
    assert bucket.keys() == []


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.com/a.png",
        "http://tempfile.example.com/a.png",
        "https://tempfile.example.com:8443/a.png",
        "https://tempfile.example.com.evil.test/a.png",
        "file:///etc/passwd",
        "not a url",
    ],
)
def test_a_result_elsewhere_is_not_asked_for(bucket: Bucket, url: str) -> None:
    def never(_: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    error = failing(never, url)(bucket)

    assert isinstance(error, UnusableResult)
    assert url not in str(error)


def test_a_slow_drip_ends_at_the_deadline(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100_000, 10))
    monkeypatch.setattr("plantain.downloads.time.monotonic", lambda: float(next(clock)))
    data = picture()
    drip = body(*[data[at : at + 1] for at in range(1000)], length=len(data))

    error = failing(drip)(bucket)

    assert isinstance(error, TryAgainLater)
    assert "slowly" in str(error)


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_bucket_that_does_not_take_it_is_tried_again(bucket: Bucket, status: int) -> None:
    bucket.status = status

    with pytest.raises(TryAgainLater, match="S3"):
        store(a_job(result_urls=(RESULT_URL,)), serving(picture()), bucket.writer())


def test_the_manifest_says_what_was_asked_what_came_and_what_it_cost(bucket: Bucket) -> None:
    job = a_job(created_at=DAY, result_urls=(RESULT_URL,), kie_task_id="abc", cost_time=12_000, credits=18.0)
    stored = store(job, serving(picture()), bucket.writer())
    for stored_at in (1, 2):
        images().put_manifest(manifest_key(job), manifest_of(job, stored, stored_at))

    kept = bucket.cloud.s3.get_object(Bucket="images", Key=f"images/2026/03/25/{job.task_id}.json")
    manifest = json.loads(kept["Body"].read())

    assert manifest["storedAt"] == 1
    assert manifest["request"]["prompt"] == "a plantain in the sun"
    assert manifest["cost"] == {"credits": 18.0, "usd": 0.09}
    assert (manifest["kieTaskId"], manifest["caller"], manifest["door"]) == ("abc", "alice", "http")
    assert manifest["images"][0]["sha256"] == stored[0].sha256
    assert RESULT_URL not in json.dumps(manifest)


def test_a_key_is_made_of_the_jobs_day_in_utc() -> None:
    job = a_job(task_id="t", created_at=1_767_225_599_999)

    assert image_key(job, 1, "png") == "images/2025/12/31/t.png"


def test_whether_an_image_is_still_there(bucket: Bucket) -> None:
    (stored,) = store(a_job(result_urls=(RESULT_URL,)), serving(picture()), bucket.writer())

    assert images().exists(stored.key)
    bucket.cloud.s3.delete_object(Bucket="images", Key=stored.key)
    assert not images().exists(stored.key)


def test_a_link_is_signed_and_lives_an_hour(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantain.images.now_ms", lambda: 1_000)

    link = images().link("images/a.png")

    assert link.expires_at == 3_601_000
    assert "X-Amz-Expires=3600" in link.url
    assert "X-Amz-Signature=" in link.url
