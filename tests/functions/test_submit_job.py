"""POST /api/images/generate."""

import json
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.submit_job import app
from plantain.job import Failure, now_ms
from plantain.jobs import claims
from plantain.jobs.table import jobs
from plantain.network.dns import Dns
from tests.conftest import Cloud
from tests.functions.conftest import Answer, Started, call, event, http_event
from tests.wire import Names

PATH = "/api/images/generate"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What DNS says, in the place of the system's resolver."""
    names = Names()
    monkeypatch.setattr(app, "dns", lambda: Dns(names))
    return names


def post(body: Any, *, raw: bool = False, caller: str = "alice", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    text = body if raw else json.dumps(body)
    return call(app, http_event("POST", PATH, body=text, headers=named, caller=caller))


def fate(code: str, charged: Any = "no") -> Any:
    return lambda task_id: jobs().fail(task_id, Failure(code, "Kie's own words", charged))


def is_problem(answer: Answer, status: int, error: str, code: str) -> bool:
    problem = answer.json
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) >= {
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "error",
        "code",
        "retryable",
        "charged",
    }
    assert problem["instance"] == f"{PATH}#JKJaXmPLvHcESHA="
    assert (answer.status, problem["status"], problem["error"], problem["code"]) == (status, status, error, code)
    return True


def test_a_wish_is_taken_in_started_and_answered_with_where_to_look(cloud: Cloud, started: Started) -> None:
    answer = call(app, event("http_post"))

    task_id = answer.json["taskId"]
    assert answer.status == 202
    assert answer.json == {"taskId": task_id, "state": "pending"}
    assert answer.headers["location"] == f"/api/images/status?taskId={task_id}"
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["cache-control"] == "no-store"
    assert started.task_ids == [task_id]
    job = jobs().get(task_id)
    assert (job.caller, job.door, job.request.prompt) == ("alice", "http", "a plantain in the sun")


def test_a_slow_kie_does_not_keep_the_caller_waiting(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.WATCH_SECONDS == 5.0
    monkeypatch.setattr(app, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(app, "LOOK_SECONDS", 0.01)
    started.fate = lambda task_id: None

    assert post({"prompt": "x"}).status == 202


def test_a_refusal_by_kie_is_answered_at_once_in_its_own_words(cloud: Cloud, started: Started) -> None:
    started.fate = fate("kie-refused")

    answer = post({"prompt": "x"})

    assert is_problem(answer, 400, "Kie.ai error", "kie-refused")
    assert answer.json["detail"] == "Kie's own words"
    assert (answer.json["charged"], answer.json["taskId"]) == ("no", started.task_ids[0])


def test_a_missing_kie_key_is_named(cloud: Cloud, started: Started) -> None:
    started.fate = fate("kie-key-missing")

    assert is_problem(post({"prompt": "x"}), 500, "Kie.ai API key not configured", "kie-key-missing")


def test_an_unknown_outcome_says_that_it_may_have_cost(cloud: Cloud, started: Started) -> None:
    started.fate = fate("outcome-unknown", "unknown")

    answer = post({"prompt": "x"})

    assert is_problem(answer, 500, "Failed to start image generation", "outcome-unknown")
    assert answer.json["charged"] == "unknown"


def test_anything_of_ours_that_breaks_is_a_500_without_a_trace(cloud: Cloud, started: Started) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("https://secret.example.com/key")

    started.fate = broken

    answer = post({"prompt": "x"})

    assert is_problem(answer, 500, "Failed to start image generation", "internal-error")
    assert not answer.json["retryable"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_start_that_fails_leaves_no_job_waiting_for_ever(cloud: Cloud, started: Started) -> None:
    def lost(_: str) -> None:
        raise ConnectionError

    started.fate = lost
    post({"prompt": "x"})

    job = jobs().get(started.task_ids[0])

    assert (job.state, job.failure and job.failure.code, job.charged) == ("fail", "not-sent", "no")


def test_a_table_that_fails_after_the_start_is_no_reason_to_ask_again(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    started.fate = lambda task_id: monkeypatch.setattr("plantain.jobs.table.Jobs.get", failing)

    answer = post({"prompt": "x"})

    assert (answer.status, answer.json["taskId"]) == (202, started.task_ids[0])


def test_a_job_that_failed_later_is_replayed_as_taken_in(cloud: Cloud, started: Started) -> None:
    first = post({"prompt": "x"}, idempotency_key="order-7")
    jobs().fail(first.json["taskId"], Failure("content-policy", "flagged", "no"))

    again = post({"prompt": "x"}, idempotency_key="order-7")

    assert (again.status, again.json) == (202, {"taskId": first.json["taskId"], "state": "fail"})


def test_a_key_outlives_a_change_of_the_model(
    cloud: Cloud, started: Started, settings: pytest.MonkeyPatch
) -> None:
    first = post({"prompt": "x"}, idempotency_key="order-7")
    settings.setenv("KIE_MODEL", "nano-banana-2")

    assert post({"prompt": "x"}, idempotency_key="order-7").json["taskId"] == first.json["taskId"]


def test_a_body_of_many_faults_gets_a_short_answer(cloud: Cloud, started: Started) -> None:
    urls = post({"prompt": "x", "imageInput": [""] * 60_000})
    fields = post({"prompt": "x"} | {str(number): 1 for number in range(10_000)})

    assert [error["pointer"] for error in urls.json["errors"]] == ["/imageInput"]
    assert len(fields.json["errors"]) == 20


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": "  "}, {"prompt": None}])
def test_a_prompt_is_required(cloud: Cloud, started: Started, body: Any) -> None:
    assert is_problem(post(body), 400, "Prompt is required", "prompt-required")
    assert started.task_ids == []


def test_each_bad_field_is_named_by_pointer(cloud: Cloud, started: Started) -> None:
    answer = post({"prompt": "x", "resolution": "8K", "seed": 1, "imageInput": ["http://a.com/x"]})

    assert is_problem(answer, 400, "Invalid request", "invalid-request")
    assert answer.json["errors"] == [
        {"pointer": "/resolution", "detail": "must be one of 1K, 2K, 4K"},
        {"pointer": "/imageInput/0", "detail": "must be an https URL"},
        {"pointer": "/seed", "detail": "is not a known field"},
    ]
    assert cloud.dynamodb.scan(TableName="jobs", FilterExpression="attribute_exists(caller)")["Count"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"x"',
        "null",
        "3",
        '{"prompt": "x"',
        "\x00",
        "[" * 100_000,
        '{"prompt": ' + "9" * 10_000 + "}",
        r'{"prompt": "a\u0000b"}',
        r'{"prompt": "\ud800"}',
        r'{"prompt": "x", "\udfff": 1}',
        '{"prompt": "x", "aspectRatio": {"a": [1]}}',
    ],
)
def test_no_body_is_ever_a_500(cloud: Cloud, started: Started, text: str) -> None:
    answer = post(text, raw=True)

    assert is_problem(answer, 400, "Invalid request", "invalid-request")
    assert answer.json["errors"][0]["detail"]


def test_bytes_that_are_not_text_are_a_400(cloud: Cloud, started: Started) -> None:
    assert is_problem(post(b"\xff\xfe{}", raw=True), 400, "Invalid request", "invalid-request")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_another_content_type_is_refused(cloud: Cloud, started: Started, content_type: str) -> None:
    answer = post({"prompt": "x"}, content_type=content_type)

    assert is_problem(answer, 400, "Invalid request", "invalid-request")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_may_name_its_charset(cloud: Cloud, started: Started, content_type: str) -> None:
    assert post({"prompt": "x"}, content_type=content_type).status == 202


def test_a_body_over_256_kb_is_a_413(cloud: Cloud, started: Started) -> None:
    fits = json.dumps({"prompt": "x", "a": ""})
    padded = fits[:-2] + "a" * (256 * 1024 - len(fits)) + '"}'
    assert len(padded) == 256 * 1024

    assert post(padded, raw=True).status == 400
    assert is_problem(post(padded + " ", raw=True), 413, "Request too large", "request-too-large")


def test_the_same_key_and_body_is_the_same_task(cloud: Cloud, started: Started) -> None:
    first = post({"prompt": "x"}, idempotency_key="order-7")
    again = post({"resolution": "2K", "prompt": " x "}, idempotency_key='"order-7"')

    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status, again.json["taskId"]) == (202, first.json["taskId"])


def test_a_replay_heals_a_start_that_was_lost(cloud: Cloud, started: Started) -> None:
    def lost(_: str) -> None:
        raise ConnectionError

    accepted, started.fate = started.fate, lost
    assert post({"prompt": "x"}, idempotency_key="order-7").status == 500
    started.fate = accepted

    assert post({"prompt": "x"}, idempotency_key="order-7").status == 202
    assert len(set(started.task_ids)) == 1


def test_a_refusal_is_replayed_as_itself(cloud: Cloud, started: Started) -> None:
    started.fate = fate("kie-refused")
    first = post({"prompt": "x"}, idempotency_key="order-7")

    again = post({"prompt": "x"}, idempotency_key="order-7")

    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status, again.json) == (400, first.json)
    assert len(started.task_ids) == 1


def test_the_same_key_with_another_body_is_a_422(cloud: Cloud, started: Started) -> None:
    post({"prompt": "x"}, idempotency_key="order-7")

    answer = post({"prompt": "y"}, idempotency_key="order-7")

    assert is_problem(answer, 422, "Idempotency-Key reused", "idempotency-key-reused")


def test_a_key_is_its_callers_own(cloud: Cloud, started: Started) -> None:
    mine = post({"prompt": "x"}, idempotency_key="order-7")
    theirs = post({"prompt": "x"}, idempotency_key="order-7", caller="bob")

    assert mine.json["taskId"] != theirs.json["taskId"]


@pytest.mark.parametrize("key", ["", " ", '""', "a b", "x" * 256, "ü", "a\tb"])
def test_a_bad_idempotency_key_is_refused(cloud: Cloud, started: Started, key: str) -> None:
    assert is_problem(post({"prompt": "x"}, idempotency_key=key), 400, "Invalid request", "invalid-request")


@pytest.mark.parametrize("key", ["x", "x" * 255, '"', "~!#"])
def test_a_key_has_1_to_255_visible_characters(cloud: Cloud, started: Started, key: str) -> None:
    assert post({"prompt": "x"}, idempotency_key=key).status == 202


def test_a_caller_over_the_rate_gets_a_429(cloud: Cloud, started: Started, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("CALLER_RATE_PER_MINUTE", "1")
    settings.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)
    taken = post({"prompt": "x"})

    answer = post({"prompt": "x"})

    assert is_problem(answer, 429, "Too many requests", "too-many-requests")
    assert answer.headers["retry-after"] == "45"
    for said in (taken, answer):
        assert said.headers["ratelimit"] == '"caller";r=0;t=45'
        assert said.headers["ratelimit-policy"] == '"caller";q=1;w=60'
    assert answer.json["retryable"]


IMAGES = {"prompt": "x", "imageInput": ["https://pictures.test/1.png"]}


def test_input_images_lie_on_public_hosts(cloud: Cloud, started: Started, names: Names) -> None:
    names.tell(pictures=[["93.184.215.14"]])

    assert post(IMAGES).status == 202


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"]])
def test_a_host_that_leads_inwards_is_a_bad_field(
    cloud: Cloud, started: Started, names: Names, addresses: list[str]
) -> None:
    names.tell(pictures=[addresses])

    answer = post(IMAGES)

    assert is_problem(answer, 400, "Invalid request", "invalid-request")
    assert answer.json["errors"][0]["pointer"] == "/imageInput/0"
    assert (answer.json["charged"], started.task_ids) == ("no", [])


def test_a_host_that_cannot_be_found_is_a_bad_field(cloud: Cloud, started: Started, names: Names) -> None:
    answer = post(IMAGES)

    assert is_problem(answer, 400, "Invalid request", "invalid-request")
    assert "cannot be found" in answer.json["detail"]
    assert started.task_ids == []


def test_a_repeat_gets_its_task_although_dns_has_changed_its_mind(
    cloud: Cloud, started: Started, names: Names
) -> None:
    names.tell(pictures=[["93.184.215.14"], ["127.0.0.1"]])
    first = post(IMAGES, idempotency_key="order-7")

    again = post(IMAGES, idempotency_key="order-7")

    assert (again.status, again.json["taskId"]) == (202, first.json["taskId"])
    assert post(IMAGES, idempotency_key="order-8").status == 400
    assert post(IMAGES).status == 400


def test_a_key_that_has_expired_makes_no_repeat(
    cloud: Cloud, started: Started, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.tell(pictures=[["93.184.215.14"], ["127.0.0.1"]])
    post(IMAGES, idempotency_key="order-7")
    monkeypatch.setattr(claims, "now_ms", lambda: now_ms() + (claims.CLAIM_SECONDS + 9) * 1000)

    assert post(IMAGES, idempotency_key="order-7").status == 400


def test_a_trusted_origin_needs_no_dns(
    cloud: Cloud, started: Started, names: Names, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("TRUSTED_ORIGINS", "http://pictures.test:9000")

    assert post({"prompt": "x", "imageInput": ["http://pictures.test:9000/1.png"]}).status == 202
    assert names.asked == []
