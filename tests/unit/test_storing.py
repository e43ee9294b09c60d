"""Copying results into the bucket: whole images only, byte for byte, never more than a piece in memory."""

import gzip
import hashlib
import io
import json
import math
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from plantain.errors import KieKeyRejected, PlantainError, TryAgainLater, UnusableResult
from plantain.images import check as image_check
from plantain.images.bucket import Images, image_key, images
from plantain.images.manifests import manifest_key, manifest_of
from plantain.images.writer import ImageWriter
from plantain.job import Job, StoredImage
from plantain.kie.api import Kie
from plantain.network.dns import Dns
from plantain.network.downloads import Downloads
from plantain.steps import storing
from plantain.steps.storing import MAY_PASS, PATIENCE_MS, PATIENCE_WITH_THE_REST_MS, SOME_MISSING, store
from tests.builders import a_job, kie_says, refusal
from tests.conftest import Cloud
from tests.s3_transport import S3Transport
from tests.wire import Answer, Listener, Names, http, redirect

DAY = 1_774_428_642_608  # 2026-03-25
SHORT = 0.3  # s, in the place of two minutes


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 180)) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


class Bucket:
    """The images bucket, written to as real S3 is: by presigned PUTs."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.transport = S3Transport(cloud.s3)

    @property
    def puts(self) -> list[httpx.Request]:
        return self.transport.puts

    def writer(self) -> ImageWriter:
        return ImageWriter(Images("images", self.cloud.s3), self.transport)

    def keys(self) -> list[str]:
        return [item["Key"] for item in self.cloud.s3.list_objects_v2(Bucket="images").get("Contents", [])]

    def bytes_of(self, stored: StoredImage) -> bytes:
        content: bytes = self.cloud.s3.get_object(Bucket="images", Key=stored.key)["Body"].read()
        return content

    def put(self, key: str, data: bytes) -> None:
        """As another run of the same step would."""
        self.cloud.s3.put_object(Bucket="images", Key=key, Body=data)


class Files:
    """Where results lie: answers by path, `/1` and all that are not named with the first."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.by_path: dict[str, Answer] = {}
        listener.answers = (self._answer,)

    def serve(self, first: Answer | bytes, **others: Answer | bytes) -> None:
        answers = {"1": first} | {path.removeprefix("at_"): answer for path, answer in others.items()}
        self.by_path = {
            f"/{path}": http(200, answer) if isinstance(answer, bytes) else answer
            for path, answer in answers.items()
        }

    def job(self, *paths: str) -> Job:
        """A finished job with these results."""
        urls = tuple(f"{self.listener.url}/{path}" for path in paths or ("1",))
        return a_job(created_at=DAY, result_urls=urls)

    def downloads(self, seconds: float = 5.0) -> Downloads:
        return Downloads(frozenset({self.listener.url}), Dns(Names()), seconds=seconds)

    def asked(self) -> list[str]:
        """The path of every request, in order."""
        return [head.split()[1].decode() for head in self.listener.heads]

    def _answer(self, head: bytes) -> Iterable[bytes]:
        path = urlsplit(head.split()[1].decode()).path
        return self.by_path.get(path, self.by_path["/1"])(head)


@pytest.fixture
def bucket(cloud: Cloud) -> Bucket:
    return Bucket(cloud)


@pytest.fixture
def files() -> Iterator[Files]:
    with Listener() as listener:
        files = Files(listener)
        files.serve(picture())
        yield files


def unasked() -> Kie:
    return kie_says(AssertionError("asked"))[0]


def stored_of(files: Files, bucket: Bucket, *paths: str, waited_ms: float = math.inf) -> tuple[StoredImage, ...]:
    return store(files.job(*paths), files.downloads(), bucket.writer(), unasked(), waited_ms=waited_ms)


@pytest.mark.parametrize(
    ("kind", "extension", "content_type"),
    [("PNG", "png", "image/png"), ("JPEG", "jpg", "image/jpeg"), ("WEBP", "webp", "image/webp")],
)
def test_an_image_is_stored_unchanged_under_its_jobs_own_day(
    files: Files, bucket: Bucket, kind: str, extension: str, content_type: str
) -> None:
    data = picture(kind)
    files.serve(http(200, data, content_type="text/html"))
    job = files.job()

    stored = store(job, files.downloads(), bucket.writer(), unasked())

    key = f"images/2026/03/25/{job.task_id}.{extension}"
    assert stored == (StoredImage(key, content_type, len(data), hashlib.sha256(data).hexdigest(), 320, 180),)
    kept = bucket.cloud.s3.get_object(Bucket="images", Key=key)
    assert kept["Body"].read() == data
    assert kept["ContentType"] == content_type


def test_all_urls_are_stored_the_first_under_the_plain_name(files: Files, bucket: Bucket) -> None:
    job = files.job("1", "2", "3")

    stored = store(job, files.downloads(), bucket.writer(), unasked())

    assert [image.key.rpartition("/")[2] for image in stored] == [
        f"{job.task_id}.png",
        f"{job.task_id}-2.png",
        f"{job.task_id}-3.png",
    ]
    assert sorted(bucket.keys()) == sorted(image.key for image in stored)


def test_of_several_the_unusable_are_left_out(files: Files, bucket: Bucket) -> None:
    files.serve(picture(), at_2=b"<html>" * 10)

    stored = stored_of(files, bucket, "1", "2", "3")

    assert [image.key[-6:] for image in stored] == [stored[0].key[-6:], "-3.png"]


MISSING: dict[str, Answer | bytes] = {
    "a page": b"<html>" * 10,
    "gone": http(404),
    "refused": redirect("http://169.254.169.254/"),
    "unreachable": http(503),
    "cut": picture()[:-9],
}


@pytest.mark.parametrize("answer", MISSING.values(), ids=MISSING)
@pytest.mark.parametrize("first", [True, False])
def test_of_several_one_that_never_comes_is_waited_for_and_then_left_out(
    files: Files, bucket: Bucket, answer: Answer | bytes, first: bool
) -> None:
    files.serve(answer, at_2=picture()) if first else files.serve(picture(), at_2=answer)
    job = files.job("1", "2")
    kie = kie_says(refusal(422, "url is wrong"))[0]

    for waited_ms in (0, PATIENCE_MS, PATIENCE_WITH_THE_REST_MS - 1):
        with pytest.raises(TryAgainLater) as waiting:
            store(job, files.downloads(), bucket.writer(), kie, waited_ms=waited_ms)
        assert waiting.value.code == SOME_MISSING
    (stored,) = store(job, files.downloads(), bucket.writer(), kie, waited_ms=PATIENCE_WITH_THE_REST_MS)

    assert bucket.keys() == [stored.key]
    assert manifest_of(job, (stored,), 1)["leftOut"] == 1


def test_of_several_one_that_can_never_be_used_is_not_waited_for(files: Files, bucket: Bucket) -> None:
    files.serve(picture(), at_2=HUGE_HEADER)

    assert len(stored_of(files, bucket, "1", "2", waited_ms=0)) == 1


def test_as_long_as_one_may_still_come_none_is_believed_to_be_lost(files: Files, bucket: Bucket) -> None:
    files.serve(b"<html>" * 10, at_2=http(503), at_3=HUGE_HEADER)

    with pytest.raises(TryAgainLater) as waiting:
        stored_of(files, bucket, "1", "2", "3")
    assert waiting.value.code == "result-unreachable"


def test_that_kie_refuses_our_key_keeps_nothing_from_what_is_stored(files: Files, bucket: Bucket) -> None:
    files.serve(picture(), at_2=http(404))
    kie = kie_says(refusal(401, "Unauthorized"))[0]

    assert len(store(files.job("1", "2"), files.downloads(), bucket.writer(), kie)) == 1
    with pytest.raises(KieKeyRejected):
        store(files.job("2"), files.downloads(), bucket.writer(), kie)


def test_one_that_hangs_takes_no_time_from_the_others(
    files: Files, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "STORE_SECONDS", 2 * SHORT)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    files.serve(lambda _: files.listener.dripping(head, *[b"x"] * 1000), at_2=picture())

    (stored,) = stored_of(files, bucket, "1", "2")

    assert stored.key.endswith("-2.png")


def test_storing_twice_fetches_and_writes_once_and_says_the_same(files: Files, bucket: Bucket) -> None:
    job = files.job()

    first = store(job, files.downloads(), bucket.writer(), unasked())
    again = store(job, files.downloads(), bucket.writer(), unasked())

    assert again == first
    assert len(bucket.puts) == len(files.asked()) == 1
    assert len(bucket.keys()) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("now", [picture(size=(40, 30)), http(404), http(503)])
def test_what_an_earlier_run_has_stored_stays_whatever_comes_now(
    files: Files, bucket: Bucket, kind: str, now: Answer | bytes
) -> None:
    job = files.job()
    data = picture(kind)
    files.serve(data)
    first = store(job, files.downloads(), bucket.writer(), unasked())
    files.serve(now)

    assert store(job, files.downloads(), bucket.writer(), unasked()) == first
    assert bucket.keys() == [first[0].key]
    assert bucket.bytes_of(first[0]) == data


@pytest.mark.parametrize("declared", [True, False])
def test_what_is_said_of_an_image_is_true_although_another_run_was_faster(
    files: Files, bucket: Bucket, declared: bool
) -> None:
    job = files.job()
    other, ours = picture(size=(40, 30)), picture()
    answer = http(200, ours) if declared else in_chunks(ours)

    def overtaken(head: bytes) -> Iterable[bytes]:
        bucket.put(image_key(job, 1, "png"), other)
        return answer(head)

    files.serve(overtaken)
    (stored,) = store(job, files.downloads(), bucket.writer(), unasked())

    assert len(bucket.puts) == 1
    assert (stored.size, stored.sha256) == (len(other), hashlib.sha256(other).hexdigest())
    assert (stored.width, stored.height) == (40, 30)
    assert bucket.bytes_of(stored) == other


def test_a_bucket_that_does_not_give_what_it_has_is_tried_again(files: Files, bucket: Bucket) -> None:
    writer = bucket.writer()

    with pytest.raises(TryAgainLater, match="S3"):
        list(writer.kept("images/none.png"))


def in_chunks(*pieces: bytes) -> Answer:
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return http(200, body, transfer_encoding="chunked", content_length=None)


@pytest.mark.parametrize("declared", ["in chunks", "by the end"])
def test_a_result_of_undeclared_size_is_stored_as_well(files: Files, bucket: Bucket, declared: str) -> None:
    data = picture()
    files.serve(
        in_chunks(data[:99], data[99:]) if declared == "in chunks" else http(200, data, content_length=None)
    )

    (stored,) = stored_of(files, bucket)

    assert stored.size == len(data)
    assert bucket.puts[0].headers["content-length"] == str(len(data))


def failing(files: Files, bucket: Bucket, answer: Answer | bytes, seconds: float = 5.0) -> PlantainError:
    files.serve(answer)
    with pytest.raises(PlantainError) as failed:
        store(files.job(), files.downloads(seconds), bucket.writer(), kie_says(refusal(422, "url is wrong"))[0])
    assert files.listener.url not in str(failed.value)
    assert bucket.keys() == []
    return failed.value


HUGE_HEADER = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00" + b"\x00" * 9
)
# A chunk of 2 GB begins, and so nothing is wrong with any number of bytes.
OPEN_PNG = HUGE_HEADER.replace((30_000).to_bytes(4), (300).to_bytes(4))[:33] + b"\x7f\xff\xff\xffIDAT"
PAGE = b"<html><script>alert(1)</script></html>"


def without_end(head: bytes) -> Answer:
    def answer(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n" + head
        while True:
            yield b"\0" * 65_536

    return answer


UNUSABLE: dict[str, tuple[Answer | bytes, str]] = {
    "a page": (b"<html><body>not here any more</body></html>", "result-not-an-image"),
    "an svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "result-not-an-image"),
    "a gif": (b"GIF89a" + b"\0" * 100, "result-not-an-image"),
    "a gzip bomb": (
        http(200, gzip.compress(b"\0" * 10_000_000), content_encoding="gzip"),
        "result-not-an-image",
    ),
    "a png and a page": (picture() + PAGE, "result-not-an-image"),
    "a jpeg and a zip": (picture("JPEG") + b"PK\x03\x04" + b"\0" * 30, "result-not-an-image"),
    "a webp and a page": (picture("WEBP") + PAGE, "result-not-an-image"),
    "a page and a png": (PAGE + picture(), "result-not-an-image"),
    "a broken header": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "result-not-an-image"),
    "too many pixels": (HUGE_HEADER, "result-too-large"),
    "too large, declared": (http(200, content_length=image_check.MAX_IMAGE_BYTES + 1), "result-too-large"),
    "far too large, declared": (http(200, content_length=10**19), "result-too-large"),
    "too large, undeclared": (without_end(OPEN_PNG), "result-too-large"),
    "gone": (http(404), "result-gone"),
    "gone for good": (http(410), "result-gone"),
    "a redirect inwards": (redirect("http://169.254.169.254/latest/meta-data/"), "result-refused"),
}


@pytest.mark.parametrize(("answer", "code"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_no_image_of_ours_is_final_and_leaves_nothing(
    files: Files, bucket: Bucket, answer: Answer | bytes, code: str
) -> None:
    error = failing(files, bucket, answer)

    assert isinstance(error, UnusableResult)
    assert (error.code, error.charged) == (code, "yes")


WHOLE = picture()
MAY_COME_RIGHT: dict[str, Answer | bytes] = {
    "nothing": b"",
    "a signature": b"\x89PNG\r\n\x1a\n",
    "all but a byte": WHOLE[:-1],
    "all but a byte, undeclared": in_chunks(WHOLE[:-1]),
    "all but a byte of a jpeg": picture("JPEG")[:-1],
    "half of a webp": picture("WEBP")[:-500],
    "a beginning": WHOLE[:5000],
    "a beginning of what was promised": http(200, WHOLE[:5000], content_length=len(WHOLE)),
    "a chunk that breaks off": http(200, b"fff\r\nx", transfer_encoding="chunked", content_length=None),
    "500": http(500),
    "503": http(503),
    "206": http(206, WHOLE),
    "403": http(403),
}


@pytest.mark.parametrize("answer", MAY_COME_RIGHT.values(), ids=MAY_COME_RIGHT)
def test_what_may_come_right_is_tried_again_and_leaves_nothing(
    files: Files, bucket: Bucket, answer: Answer | bytes
) -> None:
    assert isinstance(failing(files, bucket, answer), TryAgainLater)


def test_a_slow_drip_ends_at_the_deadline(files: Files, bucket: Bucket) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(WHOLE)
    letters = (bytes([letter]) for letter in WHOLE)

    error = failing(files, bucket, lambda _: files.listener.dripping(head, *letters), SHORT)

    assert isinstance(error, TryAgainLater)
    assert "slowly" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.png",
        "http://93.184.215.14/a.png",
        "https://93.184.215.14:8443/a.png",
        "http://localhost/a.png",
        "file:///etc/passwd",
        "not a url",
    ],
)
def test_a_result_at_a_forbidden_place_is_not_asked_for(files: Files, bucket: Bucket, url: str) -> None:
    kie, sent = kie_says(refusal(422, "url is wrong"))
    with pytest.raises(UnusableResult) as refused:
        store(a_job(result_urls=(url,)), files.downloads(), bucket.writer(), kie)

    assert len(sent) == 1
    assert refused.value.code == "result-refused"
    assert url not in str(refused.value)


def discarding() -> ImageWriter:
    """A writer to an S3 that keeps nothing in memory."""

    def put(request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        for _ in request.stream:
            pass
        return httpx.Response(200)

    return ImageWriter(images(), httpx.MockTransport(put))


@pytest.mark.parametrize("answer", [without_end(OPEN_PNG), without_end(b"\xff\xd8"), in_chunks(*[b"x"] * 5_000)])
def test_whatever_comes_memory_stays_small(files: Files, cloud: Cloud, answer: Answer) -> None:
    files.serve(answer)
    writer, downloads = discarding(), files.downloads()
    tracemalloc.start()
    try:
        with pytest.raises(PlantainError):
            store(files.job(), downloads, writer, unasked())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def fresh(link: str | None) -> dict[str, object]:
    return {"code": 200, "msg": "success", "data": link}


@pytest.mark.parametrize("answer", [http(404), http(410), redirect("http://0.0.0.0/")])
def test_an_expired_or_refused_result_is_rescued_by_a_fresh_link(
    files: Files, bucket: Bucket, answer: Answer
) -> None:
    files.serve(answer, at_fresh=picture())
    kie, sent = kie_says(fresh(f"{files.listener.url}/fresh?token=7"))

    (stored,) = store(files.job(), files.downloads(), bucket.writer(), kie)

    assert bucket.keys() == [stored.key]
    assert files.asked() == ["/1", "/fresh?token=7"]
    (question,) = sent
    assert (question.method, question.url.path) == ("POST", "/api/v1/common/download-url")
    assert json.loads(question.content) == {"url": f"{files.listener.url}/1"}


@pytest.mark.parametrize("answer", [http(404), redirect("http://0.0.0.0/"), b"<html>" * 10])
def test_while_patience_lasts_nothing_is_lost_and_kie_is_not_asked(
    files: Files, bucket: Bucket, answer: Answer | bytes
) -> None:
    files.serve(answer)

    with pytest.raises(TryAgainLater) as waiting:
        stored_of(files, bucket, waited_ms=PATIENCE_MS - 1)
    assert waiting.value.code in MAY_PASS


@pytest.mark.parametrize("link", [None, "", "/1", "http://169.254.169.254/"])
def test_a_result_that_kie_cannot_bring_back_is_gone_or_refused(
    files: Files, bucket: Bucket, link: str | None
) -> None:
    files.serve(http(404))
    kie, sent = kie_says(fresh(f"{files.listener.url}{link}" if link == "/1" else link))

    with pytest.raises(UnusableResult) as lost:
        store(files.job(), files.downloads(), bucket.writer(), kie)

    assert lost.value.code == ("result-refused" if link and "169" in link else "result-gone")
    assert len(sent) == 1


def test_while_kie_cannot_be_asked_nothing_is_believed_to_be_gone(files: Files, bucket: Bucket) -> None:
    files.serve(http(404))

    with pytest.raises(TryAgainLater):
        store(files.job(), files.downloads(), bucket.writer(), kie_says(httpx.Response(502))[0])


def test_what_is_no_image_is_not_brought_back(files: Files, bucket: Bucket) -> None:
    files.serve(PAGE)

    with pytest.raises(UnusableResult):
        stored_of(files, bucket)


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_bucket_that_does_not_take_it_is_tried_again(files: Files, bucket: Bucket, status: int) -> None:
    bucket.transport.status = status

    with pytest.raises(TryAgainLater, match="S3"):
        stored_of(files, bucket)


def test_the_manifest_says_what_was_asked_what_came_and_what_it_cost(files: Files, bucket: Bucket) -> None:
    job = replace(files.job(), kie_task_id="abc", cost_time=12_000, credits=18.0)
    stored = store(job, files.downloads(), bucket.writer(), unasked())
    for stored_at in (1, 2):
        images().put_manifest(manifest_key(job), manifest_of(job, stored, stored_at))

    kept = bucket.cloud.s3.get_object(Bucket="images", Key=f"images/2026/03/25/{job.task_id}.json")
    manifest = json.loads(kept["Body"].read())

    assert manifest["storedAt"] == 1
    assert manifest["request"]["prompt"] == "a plantain in the sun"
    assert manifest["cost"] == {"credits": 18.0, "usd": 0.09}
    assert (manifest["kieTaskId"], manifest["caller"], manifest["door"]) == ("abc", "alice", "http")
    assert manifest["images"][0]["sha256"] == stored[0].sha256
    assert files.listener.url not in json.dumps(manifest)


def test_a_key_is_made_of_the_jobs_day_in_utc() -> None:
    job = a_job(task_id="t", created_at=1_767_225_599_999)

    assert image_key(job, 1, "png") == "images/2025/12/31/t.png"


def test_whether_an_image_is_still_there(files: Files, bucket: Bucket) -> None:
    (stored,) = stored_of(files, bucket)

    assert images().exists(stored.key)
    bucket.cloud.s3.delete_object(Bucket="images", Key=stored.key)
    assert not images().exists(stored.key)


def test_a_link_is_signed_and_lives_an_hour(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantain.images.bucket.now_ms", lambda: 1_000)

    link = images().link("images/a.png")

    assert link.expires_at == 3_601_000
    assert "X-Amz-Expires=3600" in link.url
    assert "X-Amz-Signature=" in link.url
