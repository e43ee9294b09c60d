"""The questions: status, image, list, health, and who may ask."""

from dataclasses import replace
from typing import Any

import pytest

from functions.authorize import app as authorize
from functions.check_health import app as check_health
from functions.get_image import app as get_image
from functions.get_status import app as get_status
from functions.list_jobs import app as list_jobs
from plantain.job import Failure, Job, StoredImage
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.task import Running, Succeeded
from plantain.version import VERSION
from plantain_client.operator.api_keys import ApiKeys
from tests.builders import a_job, a_request
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, call, event, http_event

DAY = 1_774_428_642_608


def reserved(**changes: Any) -> Job:
    return reservations().reserve(a_job(created_at=DAY, **changes)).job


def succeeded(cloud: Cloud, **changes: Any) -> Job:
    job = reserved(**changes)
    key = f"images/{job.task_id}.png"
    cloud.s3.put_object(Bucket="images", Key=key, Body=b"png")
    jobs().begin_create(job)
    jobs().note_result(job, Succeeded(("https://tempfile.example.com/secret.png",), 12_000, 18.0))
    jobs().succeed(job, [StoredImage(key, "image/png", 3, "abc", 2048, 1152)])
    return job


def status(task_id: str, caller: str = "alice") -> Answer:
    return call(get_status, http_event("GET", f"/api/images/status?taskId={task_id}", caller=caller))


def image(task_id: str, caller: str = "alice") -> Answer:
    return call(get_image, http_event("GET", f"/api/images/{task_id}/image", caller=caller))


def listed(query: str = "", caller: str = "alice") -> Answer:
    return call(list_jobs, http_event("GET", f"/api/images{query}", caller=caller))


def test_the_status_of_a_running_job(cloud: Cloud) -> None:
    job = reserved()
    jobs().note_running(job, Running("processing"), late=True, timed_out=False)

    answer = status(job.task_id)

    assert answer.status == 200
    assert answer.headers["retry-after"] == "3"
    assert answer.json == {
        "taskId": job.task_id,
        "state": "processing",
        "imageUrl": None,
        "imageUrlExpiresAt": None,
        "failMsg": None,
        "failCode": None,
        "costTime": None,
        "charged": "no",
        "cost": None,
        "cached": False,
        "late": True,
        "createdAt": "2026-03-25T08:50:42.608Z",
        "endedAt": None,
        "preset": None,
        "prompt": "a plantain in the sun",
        "aspectRatio": "16:9",
        "resolution": "2K",
        "outputFormat": "png",
        "images": [],
    }


def test_a_drawn_image_that_is_not_ours_yet_is_no_success(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)
    jobs().note_result(job, Succeeded(("https://tempfile.example.com/secret.png",), 12_000, 18.0))

    answer = status(job.task_id)

    assert (answer.json["state"], answer.json["imageUrl"], answer.json["charged"]) == ("processing", None, "yes")
    assert "secret.png" not in answer.text


def test_the_status_of_a_success_carries_a_link_to_our_copy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    job = succeeded(cloud)
    monkeypatch.setattr("plantain.images.bucket.now_ms", lambda: DAY)

    answer = status(job.task_id)

    shown = answer.json
    assert "retry-after" not in answer.headers
    assert (shown["state"], shown["costTime"], shown["charged"]) == ("success", 12_000, "yes")
    assert shown["cost"] == {"credits": 18.0, "usd": 0.09}
    assert shown["imageUrl"].startswith(
        f"https://images.s3.eu-central-1.amazonaws.com/images/{job.task_id}.png?X-Amz-"
    )
    assert shown["imageUrlExpiresAt"] == "2026-03-25T09:50:42.608Z"
    assert shown["images"][0] | {"url": ""} == {
        "url": "",
        "key": f"images/{job.task_id}.png",
        "contentType": "image/png",
        "size": 3,
        "width": 2048,
        "height": 1152,
        "sha256": "abc",
    }
    assert "tempfile" not in answer.text


def test_the_status_of_a_failure_says_why_and_what_it_cost(cloud: Cloud) -> None:
    job = reserved()
    jobs().fail(job.task_id, Failure("content-policy", "flagged", "no"))

    shown = status(job.task_id).json

    assert (shown["state"], shown["failCode"], shown["failMsg"]) == ("fail", "content-policy", "flagged")
    assert (shown["charged"], shown["imageUrl"]) == ("no", None)
    assert shown["endedAt"]


@pytest.mark.parametrize(
    "url", ["/api/images/status", "/api/images/status?taskId=", "/api/images/status?taskId=%20"]
)
def test_a_status_without_a_task_id_is_a_400(cloud: Cloud, url: str) -> None:
    answer = call(get_status, http_event("GET", url))

    assert (answer.status, answer.json["error"]) == (400, "taskId is required")


@pytest.mark.parametrize("ask", [status, image])
@pytest.mark.parametrize(
    "task_id", ["01890000-0000-7000-8000-000000000000", "x", "job%23x", "x" * 3000, "%F0%9F%8D%8C", '"x"']
)
def test_an_unknown_task_is_a_404(cloud: Cloud, ask: Any, task_id: str) -> None:
    answer = ask(task_id)

    assert (answer.status, answer.json["error"]) == (404, "Task not found")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("ask", [status, image])
def test_somebody_elses_task_looks_like_none(cloud: Cloud, ask: Any) -> None:
    job = succeeded(cloud)

    theirs, nobodys = ask(job.task_id, caller="bob"), ask("01890000-0000-7000-8000-000000000000", caller="bob")

    assert (
        (theirs.status, theirs.json["detail"])
        == (nobodys.status, nobodys.json["detail"])
        == (404, theirs.json["detail"])
    )


@pytest.mark.parametrize(
    ("app", "url", "error"),
    [
        (
            get_status,
            "/api/images/status?taskId=01890000-0000-7000-8000-000000000000",
            "Failed to check task status",
        ),
        (list_jobs, "/api/images", "Failed to check task status"),
    ],
)
def test_a_table_that_fails_is_a_500_that_says_nothing_of_it(
    cloud: Cloud, settings: pytest.MonkeyPatch, app: Any, url: str, error: str
) -> None:
    settings.setenv("JOBS_TABLE", "no-such-table")

    answer = call(app, http_event("GET", url))

    assert (answer.status, answer.json["error"], answer.json["charged"]) == (500, error, "no")
    assert "no-such-table" not in answer.text


def test_the_image_is_a_redirect_to_a_fresh_link(cloud: Cloud) -> None:
    job = succeeded(cloud)

    answer = image(job.task_id)

    assert answer.status == 302
    assert answer.headers["location"].startswith(
        f"https://images.s3.eu-central-1.amazonaws.com/images/{job.task_id}.png?"
    )
    assert answer.headers["cache-control"] == "no-store"


def test_there_is_no_image_while_the_job_runs(cloud: Cloud) -> None:
    answer = image(reserved().task_id)

    assert (answer.status, answer.json["code"], answer.json["retryable"]) == (409, "image-not-ready", True)
    assert answer.headers["retry-after"] == "3"


def test_there_will_be_no_image_of_a_failure(cloud: Cloud) -> None:
    job = reserved()
    jobs().fail(job.task_id, Failure("content-policy", "flagged", "no"))

    answer = image(job.task_id)

    assert (answer.status, answer.json["code"], answer.json["retryable"]) == (409, "content-policy", False)


def test_a_deleted_image_is_gone(cloud: Cloud) -> None:
    job = succeeded(cloud)
    cloud.s3.delete_object(Bucket="images", Key=f"images/{job.task_id}.png")

    answer = image(job.task_id)

    assert (answer.status, answer.json["error"], answer.json["charged"]) == (410, "Image gone", "yes")


def test_a_list_shows_the_callers_jobs_newest_first_in_pages(cloud: Cloud) -> None:
    mine = [reserved().task_id for _ in range(3)]
    reserved(caller="bob")

    first = listed("?limit=2").json
    second = listed(f"?limit=2&cursor={first['cursor']}").json

    assert [job["taskId"] for job in first["jobs"] + second["jobs"]] == mine[::-1]
    assert second["cursor"] is None


def test_a_list_can_be_narrowed_to_a_state(cloud: Cloud) -> None:
    reserved()
    done = succeeded(cloud)

    (job,) = listed("?state=success").json["jobs"]

    assert job["taskId"] == done.task_id
    assert job["imageUrl"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?limit=0", "/limit"),
        ("?limit=101", "/limit"),
        ("?limit=", "/limit"),
        ("?limit=-1", "/limit"),
        ("?limit=1.5", "/limit"),
        ("?limit=0100999", "/limit"),
        ("?limit=0001" + "1" * 5000, "/limit"),
        ("?limit=%D9%A1", "/limit"),
        ("?limit=" + "1" * 5000, "/limit"),
        ("?state=done", "/state"),
        ("?state=", "/state"),
        ("?cursor=x", "/cursor"),
        ("?cursor=", "/cursor"),
    ],
)
def test_a_bad_question_is_a_400_that_names_the_field(cloud: Cloud, query: str, pointer: str) -> None:
    answer = listed(query)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, pointer)


def test_health_tells_the_version_and_whether_there_is_a_key_and_nothing_else(cloud: Cloud) -> None:
    request = http_event("GET", "/api/health")
    del request["requestContext"]["authorizer"]

    assert call(check_health, request).json == {"version": VERSION, "kieKeyConfigured": True}


def test_health_without_a_key(cloud: Cloud) -> None:
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=" ")

    assert call(check_health, http_event("GET", "/api/health")).json["kieKeyConfigured"] is False


def authorized(header: str) -> Any:
    request = event("authorizer_request")
    request["headers"]["authorization"] = header
    return authorize.handler(request, LambdaContext())  # type: ignore[arg-type]


def test_a_good_key_is_its_caller(cloud: Cloud) -> None:
    key = ApiKeys("api-keys", cloud.dynamodb).create("alice")

    assert authorized(f"Bearer {key}") == {
        "isAuthorized": True,
        "context": {"caller": "alice", "operator": "false"},
    }
    assert authorized(f"bearer {key}")["isAuthorized"]


@pytest.mark.parametrize("rate", [120, 0])
def test_a_key_says_its_own_rate_where_it_has_one(cloud: Cloud, rate: int) -> None:
    key = ApiKeys("api-keys", cloud.dynamodb).create("alice", rate=rate)

    assert authorized(f"Bearer {key}")["context"] == {"caller": "alice", "operator": "false", "rate": str(rate)}


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {key}", "{key}", "Bearer {key}x"]
)
def test_anything_else_is_nobody(cloud: Cloud, header: str) -> None:
    key = ApiKeys("api-keys", cloud.dynamodb).create("alice")

    assert authorized(header.format(key=key)) == {"isAuthorized": False}


def test_a_job_of_the_second_model_is_shown_as_well(cloud: Cloud) -> None:
    job = reserved(request=replace(a_request(), model="nano-banana-2", aspect_ratio="8:1"))

    assert status(job.task_id).json["aspectRatio"] == "8:1"
