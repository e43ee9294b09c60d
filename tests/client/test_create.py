"""Asking for an image: what is sent, when it is sent again, and what a failure is said to have cost."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from plantain_client import (
    ApiError,
    IdempotencyKeyReused,
    InvalidRequest,
    KeyRejected,
    NotPlantain,
    PlantainError,
    TaskFailed,
    TaskRef,
    TooManyRequests,
    TransportFailed,
)
from tests.client.service import KEY, TASK_ID, Service, gateway, job, problem, success, taken_in, web_page

LOST = httpx.ReadTimeout("timed out")
UNREACHABLE = httpx.ConnectError("Connection refused")
IN_FLIGHT = problem(409, "claim-in-flight", retryable=True, headers={"Retry-After": "1"})
TOO_MANY = problem(429, "too-many-requests", retryable=True, headers={"Retry-After": "45"})
BROKEN = problem(500, "internal-error", retryable=True, charged="unknown")
CUT = httpx.Response(202, content=b'{"taskId": "01a2')
UNREADABLE = [
    CUT,
    httpx.Response(202),
    httpx.Response(202, json={"taskId": TASK_ID, "state": "of a newer server"}),
    httpx.Response(202, json={"taskId": None, "state": "pending"}),
    httpx.Response(202, json=["a list"]),
    httpx.Response(302, headers={"Location": "https://login.test"}),
    web_page(),
]


def test_whoever_listens_is_told_of_a_pause_and_why_it_is_made(service: Service) -> None:
    service.says(TOO_MANY, taken_in())

    service.call("create_task", "a plantain", idempotency_key="k-1")

    assert service.retried == [(TooManyRequests, 45)]


def test_a_task_is_asked_for_with_what_was_chosen_and_nothing_else(service: Service) -> None:
    service.says(taken_in())

    ref = service.call("create_task", "a plantain", resolution="4K", image_input=["https://example.com/1.png"])

    assert ref == TaskRef(TASK_ID, "pending", retry_after=3)
    (request,) = service.requests
    assert service.bodies() == [
        {"prompt": "a plantain", "resolution": "4K", "imageInput": ["https://example.com/1.png"]}
    ]
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["user-agent"].startswith("plantain-client/")
    assert "idempotency-key" not in request.headers


def test_an_image_that_was_made_before_will_do_where_that_is_said(service: Service) -> None:
    made = success(cached=True, charged="no", cost={"credits": 0, "usd": 0})
    service.says(taken_in("success"), httpx.Response(200, json=made))

    task = service.call("generate", "a plantain", cache=True)

    assert service.bodies() == [{"prompt": "a plantain", "cache": True}]
    assert (task.cached, task.charged) == (True, "no")


@pytest.mark.parametrize(
    "hiccup",
    [LOST, UNREACHABLE, IN_FLIGHT, TOO_MANY, BROKEN, gateway(503, "…"), web_page(502), *UNREADABLE],
)
def test_with_an_idempotency_key_a_create_is_sent_again(service: Service, hiccup: Any) -> None:
    service.says(hiccup, hiccup, taken_in(**{"Idempotency-Replayed": "true"}))

    ref = service.call("create_task", "a plantain", idempotency_key="order-4711")

    assert ref.replayed
    assert service.keys() == ["order-4711"] * 3
    assert len({request.content for request in service.requests}) == 1
    assert len(service.slept) == 2


@pytest.mark.parametrize("hiccup", [LOST, UNREACHABLE, IN_FLIGHT, TOO_MANY, BROKEN, gateway(503, "…"), CUT])
def test_without_one_it_is_sent_once(service: Service, hiccup: Any) -> None:
    service.says(hiccup, taken_in())

    with pytest.raises(PlantainError):
        service.call("create_task", "a plantain")

    assert len(service.requests) == 1
    assert service.slept == []


def test_it_is_not_sent_again_for_ever(service: Service) -> None:
    service.says(LOST)

    with pytest.raises(TransportFailed) as lost:
        service.call("create_task", "a plantain", idempotency_key="order-4711")

    assert len(service.requests) == 5
    assert (lost.value.arrived, lost.value.charged) == ("maybe", "unknown")
    assert lost.value.idempotency_key == "order-4711"
    assert service.slept == sorted(service.slept)
    assert 0.5 <= service.slept[0] <= 1


def test_the_servers_own_pause_is_kept_if_it_is_not_too_long(service: Service) -> None:
    service.says(TOO_MANY, taken_in())
    service.call("create_task", "a plantain", idempotency_key="1")
    assert service.slept == [45]

    service.says(problem(429, "too-many-requests", retryable=True, headers={"Retry-After": "3600"}))
    with pytest.raises(TooManyRequests) as refused:
        service.call("create_task", "a plantain", idempotency_key="2")
    assert refused.value.retry_after == 3600
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(400, "invalid-request", errors=[{"pointer": "/x", "detail": "is bad"}]), InvalidRequest),
        (problem(422, "idempotency-key-reused"), IdempotencyKeyReused),
        (gateway(403, "Forbidden"), KeyRejected),
        (gateway(401, "Unauthorized"), KeyRejected),
        (gateway(404, "Not Found"), ApiError),
        (problem(500, "internal-error", retryable=False, charged="unknown"), ApiError),
        (web_page(403), NotPlantain),
    ],
)
def test_what_cannot_pass_is_raised_at_once(service: Service, answer: httpx.Response, kind: type) -> None:
    service.says(answer, taken_in())

    with pytest.raises(PlantainError) as refused:
        service.call("create_task", "a plantain", idempotency_key="order-4711")

    assert type(refused.value) is kind
    assert len(service.requests) == 1


def test_a_refusal_names_each_field(service: Service) -> None:
    service.says(problem(400, "invalid-request", errors=[{"pointer": "/resolution", "detail": "is bad"}]))

    with pytest.raises(InvalidRequest) as refused:
        service.call("create_task", "a plantain")

    error = refused.value
    assert error.errors == (("/resolution", "is bad"),)
    assert (error.status, error.code, error.detail, error.charged) == (
        400,
        "invalid-request",
        "What happened.",
        "no",
    )


def test_a_job_that_failed_at_once_is_a_failed_job_not_a_refusing_api(service: Service) -> None:
    service.says(problem(400, "kie-spending-cap", error="Kie.ai error", taskId=TASK_ID))

    with pytest.raises(TaskFailed) as failed:
        service.call("create_task", "a plantain", idempotency_key="order-4711")

    error = failed.value
    assert (error.fail_msg, error.code, error.charged) == ("What happened.", "kie-spending-cap", "no")
    assert error.task_id == TASK_ID
    assert isinstance(error.__cause__, ApiError)


@pytest.mark.parametrize(
    ("answers", "arrived", "charged"),
    [
        ([UNREACHABLE], "no", "no"),
        ([httpx.ConnectTimeout("…")], "no", "no"),
        ([LOST], "maybe", "unknown"),
        ([httpx.RemoteProtocolError("…")], "maybe", "unknown"),
        ([LOST, UNREACHABLE], "maybe", "unknown"),
    ],
)
def test_a_lost_answer_is_never_said_to_be_free(
    service: Service, answers: list[Any], arrived: str, charged: str
) -> None:
    service.says(*answers)

    with pytest.raises(TransportFailed) as lost:
        service.call("create_task", "a plantain", idempotency_key="1")

    assert (lost.value.arrived, lost.value.charged) == (arrived, charged)


@pytest.mark.parametrize("answer", [*UNREADABLE, web_page(403), web_page(502)])
def test_an_answer_that_cannot_be_read_may_hide_a_task(service: Service, answer: httpx.Response) -> None:
    service.says(answer)

    with pytest.raises(NotPlantain) as unread:
        service.call("create_task", "a plantain", idempotency_key="order-4711")
    with pytest.raises(NotPlantain) as sent_once:
        service.call("create_task", "a plantain")

    assert unread.value.charged == sent_once.value.charged == "unknown"
    assert unread.value.idempotency_key == "order-4711"
    assert len(service.requests) <= 5 + 1


@pytest.mark.parametrize(
    ("then", "charged"),
    [
        (TOO_MANY, "unknown"),
        (gateway(403, "Forbidden"), "unknown"),
        (web_page(403), "unknown"),
        (problem(400, "invalid-request"), "no"),
        (problem(400, "kie-refused", taskId=TASK_ID), "no"),
    ],
)
def test_after_a_lost_answer_only_word_of_the_request_itself_is_sure(
    service: Service, then: httpx.Response, charged: str
) -> None:
    service.says(LOST, then)

    with pytest.raises(PlantainError) as refused:
        service.call("create_task", "a plantain", idempotency_key="1")

    assert refused.value.charged == charged


@pytest.mark.parametrize("key", ["", "a b", "ä", "a\nb", "x" * 256])
def test_an_impossible_idempotency_key_is_not_sent(service: Service, key: str) -> None:
    with pytest.raises(ValueError, match="1 to 255 visible ASCII"):
        service.call("create_task", "a plantain", idempotency_key=key)

    assert service.requests == []


def test_generate_creates_and_waits_under_one_new_key(service: Service) -> None:
    service.says(LOST, taken_in(), httpx.Response(200, json=success()))
    seen: list[Any] = []

    task = service.call("generate", "a plantain", on_progress=seen.append)
    again = service.call("generate", "a plantain")

    assert task.state == again.state == "success"
    first, second, _, other = service.keys()[:4]
    assert first == second != other
    assert uuid.UUID(first)
    assert service.slept[1] == 3
    assert [(p.attempt, p.state, p.task_id) for p in seen] == [(0, "pending", TASK_ID), (1, "success", TASK_ID)]


def test_generate_does_not_wait_for_what_has_ended_before(service: Service) -> None:
    service.says(taken_in("success", **{"Idempotency-Replayed": "true"}), httpx.Response(200, json=success()))

    service.call("generate", "a plantain", idempotency_key="order-4711")

    assert service.slept == []
    assert service.keys() == ["order-4711", None]


def test_files_are_uploaded_first_and_once(service: Service, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n")
    place = {"key": "uploads/me/1.png", "uploadUrl": "https://inbox.test/1?X-Amz-Signature=s", "headers": {}}
    service.says(
        httpx.Response(201, json=place), httpx.Response(200), LOST, taken_in(), httpx.Response(200, json=job())
    )

    service.call("create_task", "a plantain", image_input=[photo, "https://example.com/2"], idempotency_key="1")

    assert service.paths() == ["POST /api/uploads", "PUT /1"] + ["POST /api/images/generate"] * 2
    assert service.bodies()[-1]["imageInput"] == ["uploads/me/1.png", "https://example.com/2"]
