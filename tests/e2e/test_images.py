"""An HTTP request becomes an image in S3."""

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.e2e.conftest import Caller, Cloud


def downloaded(job: dict[str, Any]) -> tuple[bytes, Image.Image]:
    answer = httpx.get(job["imageUrl"], trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == job["images"][0]["contentType"]
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return answer.content, image


def test_text_becomes_an_image_in_the_bucket(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()

    job = alice.made("A plantain leaf in the morning light")

    data, image = downloaded(job)
    shown = job["images"][0]
    assert (image.format, image.size) == ("PNG", (2048, 1152)) == ("PNG", (shown["width"], shown["height"]))
    assert (len(data), hashlib.sha256(data).hexdigest()) == (shown["size"], shown["sha256"])
    assert (job["state"], job["charged"], job["cost"]) == ("success", "yes", {"credits": 18, "usd": 0.09})
    assert job["costTime"] == 1000
    assert cloud.accepted() == accepted + 1
    assert cloud.ended_execution(job["taskId"])["status"] == "SUCCEEDED"


def test_the_image_and_its_manifest_lie_under_the_day_of_the_job(cloud: Cloud, alice: Caller) -> None:
    job = alice.made()
    bucket, s3 = cloud.outputs["ImagesBucketName"], cloud.client("s3")

    day = job["createdAt"][:10].replace("-", "/")
    key = f"images/{day}/{job['taskId']}"
    assert job["images"][0]["key"] == f"{key}.png"
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    assert sorted(item["Key"] for item in listed) == [f"{key}.json", f"{key}.png"]
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=f"{key}.json")["Body"].read())
    assert manifest["images"][0]["sha256"] == job["images"][0]["sha256"]
    assert (manifest["caller"], manifest["request"]["prompt"]) == ("alice", "a plantain")


@pytest.mark.parametrize(
    ("ratio", "resolution", "kind", "size"),
    [
        ("1:1", "1K", "png", (1024, 1024)),
        ("9:16", "1K", "jpg", (576, 1024)),
        ("21:9", "2K", "jpg", (2048, 878)),
        ("4:5", "1K", "png", (819, 1024)),
        ("3:2", "4K", "jpg", (4096, 2731)),
    ],
)
def test_ratio_resolution_and_format_are_as_asked(
    cloud: Cloud, alice: Caller, ratio: str, resolution: str, kind: str, size: tuple[int, int]
) -> None:
    job = alice.made(aspectRatio=ratio, resolution=resolution, outputFormat=kind)

    _, image = downloaded(job)

    assert image.format == {"png": "PNG", "jpg": "JPEG"}[kind]
    assert all(abs(got - wanted) <= 1 for got, wanted in zip(image.size, size, strict=True)), image.size
    assert job["cost"]["credits"] == (24 if resolution == "4K" else 18)


def test_eight_images_become_one(cloud: Cloud, alice: Caller) -> None:
    sources = [alice.made(f"source {number}", resolution="1K", outputFormat="jpg") for number in range(8)]

    job = alice.made("all of them together", imageInput=[source["imageUrl"] for source in sources])

    _, image = downloaded(job)
    assert job["state"] == "success"
    assert image.size == (2048, 1152)


def test_the_image_route_leads_to_a_fresh_link(cloud: Cloud, alice: Caller) -> None:
    job = alice.made(resolution="1K")

    answer = alice.api.get(f"/api/images/{job['taskId']}/image")

    assert answer.status_code == 302
    picture = httpx.get(answer.headers["location"], trust_env=False)
    assert hashlib.sha256(picture.content).hexdigest() == job["images"][0]["sha256"]


def test_several_pictures_are_all_kept(cloud: Cloud, alice: Caller) -> None:
    job = alice.made("[twin:urls x3] triplets", resolution="1K")

    assert len(job["images"]) == 3
    assert job["imageUrl"] == job["images"][0]["url"]
    for image in job["images"]:
        data = httpx.get(image["url"], trust_env=False).content
        assert hashlib.sha256(data).hexdigest() == image["sha256"]


def test_fifty_jobs_at_once_are_fifty_images_and_fifty_payments(cloud: Cloud) -> None:
    accepted = cloud.accepted()
    caller = cloud.caller("crowd")

    with ThreadPoolExecutor(50) as crowd:
        jobs = list(crowd.map(lambda number: caller.made(f"number {number}", resolution="1K"), range(50)))

    assert [job["state"] for job in jobs] == ["success"] * 50
    assert len({job["taskId"] for job in jobs}) == 50
    assert cloud.accepted() == accepted + 50
    for job in jobs:
        downloaded(job)


def test_a_burst_beyond_kies_limit_is_slower_and_pays_once_each(cloud: Cloud) -> None:
    cloud.twin.post("/_twin/settings", json={"rateLimit": True})
    accepted = cloud.accepted()
    caller = cloud.caller("burst")

    with ThreadPoolExecutor(30) as crowd:
        jobs = list(crowd.map(lambda number: caller.made(f"burst {number}", resolution="1K"), range(30)))

    assert [job["state"] for job in jobs] == ["success"] * 30
    assert cloud.accepted() == accepted + 30


def test_jobs_beyond_the_reserved_concurrency_wait_their_turn(cloud: Cloud) -> None:
    functions = cloud.client("lambda")
    create_task = cloud.resources["CreateTaskFunction"]
    accepted = cloud.accepted()
    caller = cloud.caller("queue")
    functions.put_function_concurrency(FunctionName=create_task, ReservedConcurrentExecutions=2)

    try:
        with ThreadPoolExecutor(40) as crowd:
            jobs = list(crowd.map(lambda number: caller.made(f"turn {number}", resolution="1K"), range(40)))
    finally:
        functions.delete_function_concurrency(FunctionName=create_task)

    assert [job["state"] for job in jobs] == ["success"] * 40
    assert cloud.accepted() == accepted + 40
    assert any("Lambda.TooManyRequestsException" in cloud.history(job["taskId"]) for job in jobs)


def test_one_key_from_many_threads_is_one_job_and_one_payment(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()

    def submit(_: int) -> httpx.Response:
        return alice.submit("once", headers={"Idempotency-Key": "just-once"})

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(submit, range(20)))

    assert {answer.status_code for answer in answers} <= {202, 409}
    task_ids = {answer.json()["taskId"] for answer in answers if answer.status_code == 202}
    assert len(task_ids) == 1
    assert (
        sum("idempotency-replayed" not in answer.headers for answer in answers if answer.status_code == 202) == 1
    )
    alice.finished(task_ids.pop())
    assert cloud.accepted() == accepted + 1


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_what_kie_calls_the_file_does_not_matter(cloud: Cloud, alice: Caller, kind: str) -> None:
    job = alice.made("[twin:file-type] misnamed", outputFormat=kind, resolution="1K")

    assert job["images"][0]["contentType"] == {"png": "image/png", "jpg": "image/jpeg"}[kind]
    downloaded(job)
