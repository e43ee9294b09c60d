"""What goes wrong, over the deployed HTTP API: the error table, lost answers, and what it cost."""

from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import eventually
from tests.e2e.operating import given_up


def is_problem(answer: httpx.Response, status: int, error: str, charged: str = "no") -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["error"], problem["charged"]) == (status, error, charged)
    assert problem["detail"]
    return problem


def test_without_a_key_or_with_a_wrong_one_the_gateway_answers_itself(cloud: Cloud) -> None:
    for method, path in (("POST", "/api/images/generate"), ("GET", "/api/images"), ("GET", "/api/images/status")):
        url = cloud.api_url + path
        missing = httpx.request(method, url, trust_env=False)
        wrong = httpx.request(method, url, headers={"Authorization": "Bearer plantain_wrong"}, trust_env=False)

        assert (missing.status_code, missing.json()) == (401, {"message": "Unauthorized"})
        assert (wrong.status_code, wrong.json()) == (403, {"message": "Forbidden"})


def test_health_is_open_and_tells_little(cloud: Cloud) -> None:
    answer = httpx.get(cloud.api_url + "/api/health", trust_env=False)

    assert answer.status_code == 200
    assert set(answer.json()) == {"version", "kieKeyConfigured"}
    assert answer.json()["kieKeyConfigured"] is True


def test_bad_requests_cost_nothing_and_say_what_is_wrong(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()

    is_problem(alice.submit(""), 400, "Prompt is required")
    is_problem(alice.api.get("/api/images/status"), 400, "taskId is required")
    problem = is_problem(alice.submit(aspectRatio="5:5", nonsense=1), 400, "Invalid request")
    is_problem(alice.submit("x" * 10_001), 400, "Invalid request")
    too_many = [f"https://example.com/{number}.png" for number in range(9)]
    is_problem(alice.submit(imageInput=too_many), 400, "Invalid request")
    is_problem(alice.submit(imageInput=["http://169.254.169.254/latest/"]), 400, "Invalid request")

    assert [error["pointer"] for error in problem["errors"]] == ["/aspectRatio", "/nonsense"]
    assert cloud.accepted() == accepted


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"prompt": "a\\u0000b"}', b'{"prompt": "\\ud800"}', b"\xff\xfe", b"[" * 50_000],
)
def test_no_body_is_a_500(cloud: Cloud, alice: Caller, body: bytes) -> None:
    answer = alice.api.post("/api/images/generate", content=body, headers={"Content-Type": "application/json"})

    is_problem(answer, 400, "Invalid request")


def test_a_wrong_content_type_and_a_huge_body(cloud: Cloud, alice: Caller) -> None:
    wrong = alice.api.post(
        "/api/images/generate", content=b'{"prompt": "x"}', headers={"Content-Type": "text/plain"}
    )
    huge = alice.submit("x" * 300_000)

    is_problem(wrong, 400, "Invalid request")
    is_problem(huge, 413, "Request too large")


def test_another_callers_job_is_not_found(cloud: Cloud, alice: Caller) -> None:
    bob = cloud.caller("bob")
    job = alice.made(resolution="1K")

    is_problem(bob.api.get("/api/images/status", params={"taskId": job["taskId"]}), 404, "Task not found")
    is_problem(bob.api.get(f"/api/images/{job['taskId']}/image"), 404, "Task not found")
    is_problem(alice.api.get("/api/images/status", params={"taskId": "made-up"}), 404, "Task not found")
    assert bob.api.get("/api/images").json() == {"jobs": [], "cursor": None}


def test_a_list_holds_the_callers_jobs_in_pages(cloud: Cloud) -> None:
    caller = cloud.caller("lister")
    mine = [caller.submit(f"job {number}", resolution="1K").json()["taskId"] for number in range(3)]
    for task_id in mine:
        caller.finished(task_id)

    first = caller.api.get("/api/images", params={"limit": 2}).json()
    second = caller.api.get("/api/images", params={"limit": 2, "cursor": first["cursor"]}).json()
    succeeded = caller.api.get("/api/images", params={"state": "success"}).json()
    failed = caller.api.get("/api/images", params={"state": "fail"}).json()

    assert [job["taskId"] for job in first["jobs"] + second["jobs"]] == mine[::-1]
    assert second["cursor"] is None
    assert len(succeeded["jobs"]) == 3
    assert failed["jobs"] == []


def test_the_same_key_with_another_body_is_refused(cloud: Cloud, alice: Caller) -> None:
    first = alice.submit("one", headers={"Idempotency-Key": "twice"})
    again = alice.submit("one", headers={"Idempotency-Key": '"twice"'})
    other = alice.submit("two", headers={"Idempotency-Key": "twice"})

    assert again.json()["taskId"] == first.json()["taskId"]
    assert again.headers["idempotency-replayed"] == "true"
    is_problem(other, 422, "Idempotency-Key reused")


def test_a_running_job_has_no_image_yet_and_a_deleted_one_none_any_more(cloud: Cloud, alice: Caller) -> None:
    task_id = alice.submit("[twin:no-urls x4]", resolution="1K").json()["taskId"]
    running = alice.api.get(f"/api/images/{task_id}/image")
    job = alice.finished(task_id)
    bucket, key = cloud.outputs["ImagesBucketName"], job["images"][0]["key"]
    cloud.client("s3").delete_object(Bucket=bucket, Key=key)

    is_problem(running, 409, "Image not ready", "unknown")
    is_problem(alice.api.get(f"/api/images/{task_id}/image"), 410, "Image gone", "yes")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("sub-key-limit", "kie-spending-cap"),
        ("unauthorized", "kie-key-rejected"),
    ],
)
def test_a_refusal_by_kie_is_answered_at_once(cloud: Cloud, alice: Caller, script: str, code: str) -> None:
    accepted = cloud.accepted()

    problem = is_problem(alice.submit(f"[twin:{script}]"), 400, "Kie.ai error")

    assert problem["code"] == code
    assert alice.status(problem["taskId"])["state"] == "fail"
    assert cloud.accepted() == accepted
    assert alice.finished(problem["taskId"])["charged"] == "no"


def test_a_busy_kie_is_asked_again_and_paid_once(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()

    assert alice.made("[twin:busy x1] later", resolution="1K")["state"] == "success"

    assert cloud.accepted() == accepted + 1


@pytest.mark.parametrize("script", ["drop-after", "bad-gateway-accepted", "exception-accepted", "no-task-id"])
def test_a_lost_answer_is_made_up_for_by_the_callback(cloud: Cloud, alice: Caller, script: str) -> None:
    accepted = cloud.accepted()

    job = alice.made(f"[twin:{script}]", resolution="1K")

    assert (job["state"], job["charged"]) == ("success", "yes")
    assert cloud.accepted() == accepted + 1


def test_a_lost_answer_that_nothing_makes_up_for_is_never_sent_again(cloud: Cloud, alice: Caller) -> None:
    accepted = cloud.accepted()

    answer = alice.submit("[twin:drop-after, callback-never]", resolution="1K")
    task_id = answer.json()["taskId"]
    eventually(lambda: alice.status(task_id)["state"] == "processing")
    assert (answer.status_code, alice.status(task_id)["charged"]) == (202, "unknown")
    given_up(cloud, alice, task_id)

    assert cloud.accepted() == accepted + 1
    execution = cloud.ended_execution(task_id)
    assert (execution["status"], execution["error"]) == ("FAILED", "outcome-unknown")


@pytest.mark.parametrize(
    ("script", "code", "charged"),
    [
        ("fail-policy", "content-policy", "no"),
        ("fail-gemini", "prompt-not-drawable", "no"),
        ("fail-fetch", "input-image-unreachable", "no"),
        ("fail-501", "kie-failed", "no"),
        ("unknown-state", "upstream-unknown-state", "unknown"),
        ("no-urls ever", "upstream-invalid-result", "yes"),
        ("url-foreign", "result-refused", "yes"),
        ("file-redirect-loopback", "result-refused", "yes"),
        ("file-html", "result-not-an-image", "yes"),
        ("file-polyglot", "result-not-an-image", "yes"),
        ("file-410", "result-gone", "yes"),
        ("file-claims-huge", "result-too-large", "yes"),
    ],
)
def test_a_failed_job_says_why_and_what_it_cost(
    cloud: Cloud, alice: Caller, script: str, code: str, charged: str
) -> None:
    job = alice.made(f"[twin:{script}]", resolution="1K")

    assert (job["state"], job["failCode"], job["charged"]) == ("fail", code, charged)
    assert job["failMsg"]
    assert job["imageUrl"] is None
    execution = cloud.ended_execution(job["taskId"])
    assert (execution["status"], execution["error"]) == ("FAILED", code)


@pytest.mark.parametrize(
    "script",
    [
        "record-null",
        "poll-502 x3",
        "poll-drop",
        "result-object",
        "old-fields",
        "all-states",
        "file-redirect",
        "file-expired",
    ],
)
def test_an_odd_kie_still_gives_an_image(cloud: Cloud, alice: Caller, script: str) -> None:
    assert alice.made(f"[twin:{script}]", resolution="1K")["state"] == "success"


def test_a_stopped_execution_is_written_on_its_job(cloud: Cloud, alice: Caller) -> None:
    task_id = alice.submit("[twin:never]").json()["taskId"]
    cloud.client("stepfunctions").stop_execution(executionArn=cloud.execution(task_id)["executionArn"])

    job = alice.finished(task_id)

    assert (job["failCode"], job["charged"]) == ("aborted", "unknown")


def test_cors_is_answered_for_the_configured_origin_only(cloud: Cloud) -> None:
    def preflight(origin: str) -> httpx.Response:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return httpx.options(f"{cloud.api_url}/api/images/generate", headers=headers, trust_env=False)

    assert preflight("https://app.example.com").headers["access-control-allow-origin"] == "https://app.example.com"
    assert "access-control-allow-origin" not in preflight("https://evil.example.com").headers
