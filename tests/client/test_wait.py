"""Waiting for a job: how often it looks, what may pass and what may not, and that the job is never lost."""

from typing import Any

import httpx
import pytest

from plantain_client import (
    ApiError,
    KeyRejected,
    NotPlantain,
    PlantainError,
    Progress,
    StillRunning,
    TaskFailed,
    TaskNotFound,
)
from tests.client.service import (
    TASK_ID,
    Service,
    failed,
    gateway,
    job,
    problem,
    running,
    success,
    taken_in,
    web_page,
)

DONE = httpx.Response(200, json=success())


def test_it_looks_until_the_job_has_succeeded(service: Service) -> None:
    service.says(running(), running(), DONE)
    seen: list[Progress] = []

    task = service.call("wait_for_task", TASK_ID, on_progress=seen.append)

    assert task.state == "success"
    assert service.paths() == ["GET /api/images/status"] * 3
    assert service.requests[0].url.params["taskId"] == TASK_ID
    assert service.slept == [3, 3]
    assert [(look.attempt, look.max_attempts, look.state) for look in seen] == [
        (1, 90, "processing"),
        (2, 90, "processing"),
        (3, 90, "success"),
    ]
    assert seen[-1].task == task


@pytest.mark.parametrize(
    ("interval", "retry_after", "pause"), [(3.0, "30", 30), (0.5, "3", 3), (10.0, "3", 10), (3.0, "86400", 300)]
)
def test_it_looks_as_seldom_as_it_is_asked_to(
    service: Service, interval: float, retry_after: str, pause: float
) -> None:
    service.says(running(retry_after), DONE)

    service.call("wait_for_task", TASK_ID, interval=interval)

    assert service.slept == [pause]


def test_no_server_keeps_generate_asleep_before_the_first_look(service: Service) -> None:
    service.says(taken_in(**{"Retry-After": "999999"}), DONE)

    service.call("generate", "a plantain")

    assert service.slept == [300]


def test_a_failed_job_says_why_and_what_it_cost(service: Service) -> None:
    service.says(running(), httpx.Response(200, json=failed()))

    with pytest.raises(TaskFailed) as ended:
        service.call("wait_for_task", TASK_ID)

    error = ended.value
    assert (error.code, error.charged, error.task_id) == ("content-policy", "no", TASK_ID)
    assert error.fail_msg == "Flagged as violating content policies."
    assert error.task is not None
    assert not isinstance(error, ApiError)


def test_when_the_attempts_run_out_the_job_goes_on(service: Service) -> None:
    service.says(running())

    with pytest.raises(StillRunning) as still:
        service.call("wait_for_task", TASK_ID, max_attempts=4)

    assert len(service.requests) == 4
    assert service.slept == [3, 3, 3]
    assert (still.value.task_id, still.value.state, still.value.charged) == (TASK_ID, "processing", "unknown")
    service.says(DONE)
    assert service.call("wait_for_task", still.value.task_id).state == "success"


def test_a_job_that_has_not_been_sent_is_known_to_have_cost_nothing_so_far(service: Service) -> None:
    unsent = httpx.Response(200, json=job("pending", charged="no"))
    service.says(unsent)

    with pytest.raises(StillRunning) as still:
        service.call("wait_for_task", TASK_ID, max_attempts=2)

    service.says(unsent, httpx.ConnectError("Connection refused"))
    with pytest.raises(StillRunning) as lost:
        service.call("wait_for_task", TASK_ID, max_attempts=2)

    assert (still.value.charged, lost.value.charged) == ("no", "unknown")


@pytest.mark.parametrize(
    "hiccup",
    [
        httpx.ConnectError("Connection refused"),
        httpx.ReadTimeout("…"),
        httpx.RemoteProtocolError("…"),
        problem(500, "internal-error", retryable=True),
        gateway(500, "Internal Server Error"),
        gateway(429, "Too Many Requests"),
        web_page(502),
    ],
)
def test_a_look_that_fails_in_passing_counts_and_loses_nothing(service: Service, hiccup: Any) -> None:
    seen: list[Progress] = []
    service.says(running(), hiccup, hiccup, DONE)

    task = service.call("wait_for_task", TASK_ID, on_progress=seen.append)

    assert task.state == "success"
    assert [look.attempt for look in seen] == [1, 2, 3, 4]
    assert [look.error is not None for look in seen] == [False, True, True, False]
    assert [look.state for look in seen] == ["processing", "processing", "processing", "success"]
    assert service.slept == [3, 3, 3]


def test_attempts_that_all_fail_do_not_claim_to_have_seen_the_job(service: Service) -> None:
    service.says(httpx.ConnectError("Connection refused"))

    with pytest.raises(StillRunning) as still:
        service.call("wait_for_task", TASK_ID, max_attempts=3)

    assert still.value.state is None
    assert still.value.last_error is not None
    assert "Connection refused" in str(still.value)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (gateway(401, "Unauthorized"), KeyRejected),
        (gateway(403, "Forbidden"), KeyRejected),
        (problem(404, "task-not-found"), TaskNotFound),
        (gateway(404, "Not Found"), ApiError),
        (web_page(200), NotPlantain),
        (httpx.Response(302, headers={"Location": "https://login.test"}), NotPlantain),
        (httpx.Response(200, json=job("dreaming")), NotPlantain),
    ],
)
def test_what_cannot_pass_is_raised_at_once_and_names_the_task(
    service: Service, answer: httpx.Response, kind: type[PlantainError]
) -> None:
    service.says(taken_in(), running(), answer)

    with pytest.raises(kind) as refused:
        service.call("generate", "a plantain")

    assert refused.value.task_id == TASK_ID
    assert len(service.requests) == 3


def test_a_read_is_asked_again_a_few_times(service: Service) -> None:
    service.says(httpx.ReadTimeout("…"), gateway(503, "Service Unavailable"), DONE)
    assert service.call("query_task", TASK_ID).state == "success"

    service.says(httpx.ReadTimeout("…"))
    with pytest.raises(PlantainError) as lost:
        service.call("query_task", TASK_ID)
    assert lost.value.charged == "no"
    assert len(service.requests) == 6
