"""What is read: tasks, lists, the account, and answers of something that is not Plantain."""

import datetime as dt
import json

import httpx
import pytest

from plantain_client import Cost, CreatesPaused, Image, NotPlantain, TaskNotFound
from tests.client.service import (
    KEY,
    LINK,
    NOW,
    PICTURE,
    TASK_ID,
    Service,
    gateway,
    job,
    problem,
    success,
    web_page,
)


def test_a_task_mirrors_the_status(service: Service) -> None:
    service.says(httpx.Response(200, json=success()))

    task = service.call("query_task", TASK_ID)

    assert (task.task_id, task.state, task.charged, task.cost_time) == (TASK_ID, "success", "yes", 12_000)
    assert task.created_at == NOW
    assert task.ended_at - task.created_at == dt.timedelta(milliseconds=11_835)
    assert task.image_url_expires_at.tzinfo is not None
    assert task.cost == Cost(18, 0.09)
    (image,) = task.images
    assert isinstance(image, Image)
    assert (image.width, image.height, image.size) == (2048, 1152, len(PICTURE))
    assert task.document["imageUrl"] == task.image_url == image.url == LINK


def test_fields_added_later_are_let_pass_and_kept(service: Service) -> None:
    later = job(galaxy="far away", cost={"credits": 1, "usd": 2, "eur": 3}, failMsg=None)
    del later["late"], later["images"]
    service.says(httpx.Response(200, json=later))

    task = service.call("query_task", TASK_ID)

    assert task.document["galaxy"] == "far away"
    assert not task.late
    assert task.images == ()


def test_a_task_shows_no_signed_link_in_its_repr(service: Service) -> None:
    service.says(httpx.Response(200, json=success()))

    assert "signed-canary" not in repr(service.call("query_task", TASK_ID))


def test_a_list_goes_on_through_all_pages(service: Service) -> None:
    def page(*prompts: str, cursor: str | None) -> httpx.Response:
        return httpx.Response(200, json={"jobs": [job(prompt=prompt) for prompt in prompts], "cursor": cursor})

    service.says(page("1", "2", cursor="c1"), page(cursor="c2"), page("3", cursor=None))

    tasks = service.call("list_tasks", state="processing")

    assert [task.prompt for task in tasks] == ["1", "2", "3"]
    asked = [dict(request.url.params) for request in service.requests]
    assert asked == [
        {"limit": "100", "state": "processing"},
        {"limit": "100", "state": "processing", "cursor": "c1"},
        {"limit": "100", "state": "processing", "cursor": "c2"},
    ]


def test_a_list_asks_for_no_more_than_is_wanted(service: Service) -> None:
    service.says(httpx.Response(200, json={"jobs": [job()] * 3, "cursor": "more"}))

    assert len(service.call("list_tasks", limit=3)) == 3
    assert service.call("list_tasks", limit=0) == []

    assert [request.url.params["limit"] for request in service.requests] == ["3"]


def test_the_account(service: Service) -> None:
    said = {
        "caller": "alice",
        "time": "2026-11-23T04:25:05.285Z",
        "version": "0.1.0",
        "kie": {"state": "ok", "credits": 5916.25, "usd": 29.58},
    }
    service.says(httpx.Response(200, json=said))

    account = service.call("account")

    assert (account.caller, account.time, account.version) == ("alice", NOW, "0.1.0")
    assert (account.kie.state, account.kie.credits, account.kie.usd) == ("ok", 5916.25, 29.58)
    assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert account.paused is None
    pause = {"by": "operator", "reason": "a fair", "since": "2026-11-23T04:25:05.285Z"}
    service.says(httpx.Response(200, json=said | {"paused": pause}))
    assert service.call("account").paused == CreatesPaused("operator", "a fair", NOW)


def test_health_needs_no_key_and_sends_none(service: Service) -> None:
    service.says(httpx.Response(200, json={"version": "0.1.0", "kieKeyConfigured": True}))

    assert service.call("health").kie_key_configured is True
    assert "authorization" not in service.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (web_page(200), "200 with a web page, “Sign in”"),
        (web_page(403), "403 with a web page"),
        (httpx.Response(200, json={"hello": "world"}), "not what Plantain says"),
        (httpx.Response(418, json={"hello": "world"}), "418 with content of type application/json"),
        (httpx.Response(200, content=b""), "no content type"),
        (httpx.Response(200, json=success(createdAt="yesterday")), "not what Plantain says"),
    ],
)
def test_another_kind_of_server_is_told_apart(service: Service, answer: httpx.Response, words: str) -> None:
    service.says(answer)

    with pytest.raises(NotPlantain, match=words):
        service.call("query_task", TASK_ID)


def test_a_task_that_is_not_there_is_no_missing_route(service: Service) -> None:
    service.says(problem(404, "task-not-found"))
    with pytest.raises(TaskNotFound):
        service.call("query_task", TASK_ID)

    service.says(gateway(404, "Not Found"))
    with pytest.raises(Exception, match="No such route") as refused:
        service.call("query_task", TASK_ID)
    assert not isinstance(refused.value, TaskNotFound)


def test_an_answer_that_echoes_the_request_brings_no_key_into_an_error(service: Service) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        said = {"error": "Error", "code": "echo", "detail": request.headers["authorization"], "charged": "no"}
        return httpx.Response(400, content=json.dumps(said), headers={"Content-Type": "application/problem+json"})

    service.says(echo)

    with pytest.raises(Exception, match=r"Bearer \*\*\*") as refused:
        service.call("query_task", TASK_ID)
    assert KEY not in str(refused.value)
