"""The twin answers over HTTP as the recorded traffic of Kie.ai does, to the letter."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from local.twin.twin import Twin

get = partial(httpx.get, verify=False, trust_env=False)  # plain HTTP: no certificates are read
request = partial(httpx.request, verify=False, trust_env=False)

WISH = {
    "prompt": "A boat",
    "image_input": [],
    "aspect_ratio": "16:9",
    "resolution": "1K",
    "output_format": "png",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Twin]:
    with Twin(draw_seconds=0.0, rate_limit=False) as twin:
        yield twin


@pytest.fixture
def twin(shared: Twin) -> Twin:
    shared.reset()
    shared.set(drawSeconds=0.0, fields="new", balance=10_000.0, key="twin-key", rateLimit=False)
    return shared


def call(twin: Twin, method: str, path: str, key: str = "twin-key", **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return request(method, twin.api_url + path, headers=headers, **more)


def create(twin: Twin, key: str = "twin-key", model: object = "nano-banana-pro", **changes: Any) -> httpx.Response:
    wish = {name: value for name, value in (WISH | changes).items() if value is not None}
    return call(twin, "POST", "/api/v1/jobs/createTask", key, json={"model": model, "input": wish})


def record(twin: Twin, task_id: str) -> Any:
    return call(twin, "GET", f"/api/v1/jobs/recordInfo?taskId={task_id}").json()


def test_an_accepted_task_is_answered_with_two_equal_hex_ids(twin: Twin) -> None:
    answer = create(twin)
    task_id = answer.json()["data"]["taskId"]
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.text == (
        f'{{"code":200,"msg":"success","data":{{"taskId":"{task_id}","recordId":"{task_id}"}}}}'
    )
    assert re.fullmatch("[0-9a-f]{32}", task_id)


def test_a_wrong_key_is_http_200_with_code_401_and_no_data(twin: Twin) -> None:
    answer = create(twin, key="another")
    assert answer.status_code == 200
    assert answer.json() == {
        "code": 401,
        "msg": "Unauthorized – Authentication failed. Please check that your Authorization and"
        " Content-Type headers are correctly set.",
    }


MODEL_TEXT = (
    "The model name you specified is not supported. Please verify your input and use one of the supported"
    " models provided by KIE."
)
RANGE_TEXT = " is not within the range of allowed options"


@pytest.mark.parametrize(
    ("changes", "code", "msg"),
    [
        ({"model": "google/nano-banana-pro"}, 422, MODEL_TEXT),
        ({"model": None}, 422, MODEL_TEXT),
        ({"prompt": None}, 500, "This field is required"),
        ({"prompt": ""}, 500, "This field is required"),
        ({"prompt": "x" * 10_001}, 500, "The text length cannot exceed the maximum limit"),
        ({"aspect_ratio": "1:4"}, 500, "aspect_ratio" + RANGE_TEXT),
        ({"resolution": "8K"}, 500, "resolution" + RANGE_TEXT),
        ({"output_format": "jpeg"}, 500, "output_format" + RANGE_TEXT),
        ({"image_input": ["http://localhost/a.png"] * 9}, 500, "image_input" + RANGE_TEXT),
        ({"image_input": "http://localhost/a.png"}, 500, "image_input" + RANGE_TEXT),
    ],
)
def test_a_bad_parameter_is_http_200_with_the_code_in_the_body(
    twin: Twin, changes: dict[str, Any], code: int, msg: str
) -> None:
    answer = create(twin, **changes)
    assert (answer.status_code, answer.json()) == (200, {"code": code, "msg": msg, "data": None})
    assert twin.ledger()["acceptedCreates"] == 0
    assert twin.ledger()["refusedCreates"] == 1


def test_the_other_model_has_its_own_limits_and_prices(twin: Twin) -> None:
    answer = create(twin, model="nano-banana-2", aspect_ratio="8:1", prompt="x" * 20_000, resolution="4K")
    assert answer.json()["code"] == 200
    assert twin.ledger()["creditsSpent"] == 18.0


def test_a_mistyped_marker_is_refused_and_named(twin: Twin) -> None:
    assert "'bussy'" in create(twin, prompt="A boat [twin:bussy]").json()["msg"]


def test_the_checks_come_in_order_key_model_fields_credits_rate(twin: Twin) -> None:
    twin.set(balance=0, rateLimit=True)
    wrong = {"model": "x", "prompt": ""}
    assert create(twin, key="x", **wrong).json()["code"] == 401
    assert create(twin, **wrong).json()["code"] == 422
    assert create(twin, prompt="").json()["msg"] == "This field is required"
    assert create(twin).json() == {
        "code": 402,
        "msg": "Credits insufficient : Your current balance isn’t enough to run this request. Please top up"
        " to continue.",
        "data": None,
    }
    twin.set(balance=10_000)
    for _ in range(20):
        assert create(twin).json()["code"] == 200
    assert create(twin).json() == {
        "code": 429,
        "msg": "Your call frequency is too high. Please try again later.",
        "data": None,
    }
    twin.set(balance=0)
    assert create(twin).json()["code"] == 402


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'"text"', b'{"model":"nano-banana-pro","input":[]}'])
def test_a_body_that_is_no_object_is_refused(twin: Twin, body: bytes) -> None:
    assert call(twin, "POST", "/api/v1/jobs/createTask", content=body).json()["code"] in (422, 500)


def test_a_running_task_shows_an_empty_result_and_nulls(twin: Twin) -> None:
    twin.set(drawSeconds=60)
    task_id = create(twin, prompt="Grün").json()["data"]["taskId"]
    data = record(twin, task_id)["data"]
    inner = json.dumps(WISH | {"prompt": "Grün"}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    param = json.dumps({"input": inner, "model": "nano-banana-pro"}, ensure_ascii=False, separators=(",", ":"))
    assert list(data)[:10] == [
        "taskId",
        "model",
        "state",
        "param",
        "resultJson",
        "failCode",
        "failMsg",
        "costTime",
        "completeTime",
        "createTime",
    ]
    assert data == {
        "taskId": task_id,
        "model": "nano-banana-pro",
        "state": "waiting",
        "param": param,
        "resultJson": "",
        "failCode": None,
        "failMsg": None,
        "costTime": None,
        "completeTime": None,
        "createTime": data["createTime"],
        "creditsConsumed": 18.0,
        "operationType": "createTask",
        "successFlag": 0,
        "paramJson": param,
        "response": None,
    }


def test_a_finished_task_gives_its_urls_as_json_in_a_string_and_seconds_as_cost_time() -> None:
    now = [1_774_428_642.608]
    with Twin(draw_seconds=13.05, clock=lambda: now[0]) as twin:
        task_id = create(twin, output_format="jpg").json()["data"]["taskId"]
        now[0] += 13.1
        data = record(twin, task_id)["data"]
    url = f"{twin.files_url}/h/{task_id}/1.jpg"
    assert data["state"] == "success"
    assert data["resultJson"] == f'{{"resultUrls":["{url}"]}}'
    assert data["response"] == {"resultUrls": [url]}
    assert (data["costTime"], data["successFlag"]) == (13, 1)
    assert (data["createTime"], data["completeTime"]) == (1_774_428_642_608, 1_774_428_655_658)
    assert not url.startswith(twin.api_url)


def test_the_old_field_set_has_none_of_the_new_fields(twin: Twin) -> None:
    twin.set(fields="old")
    data = record(twin, create(twin).json()["data"]["taskId"])["data"]
    assert len(data) == 10
    assert data["resultJson"]


def test_an_unknown_task_and_a_missing_id_have_their_own_texts(twin: Twin) -> None:
    assert record(twin, "0" * 32) == {"code": 422, "msg": "recordInfo is null", "data": None}
    assert record(twin, "") == {"code": 400, "msg": "taskId parameter is required", "data": None}


def test_an_unknown_path_is_a_real_404_with_the_body_of_spring(twin: Twin) -> None:
    answer = call(twin, "GET", "/api/v1/jobs/nothing")
    assert answer.status_code == 404
    assert answer.json() | {"timestamp": 0} == {
        "timestamp": 0,
        "status": 404,
        "error": "Not Found",
        "message": "No message available",
        "path": "/api/v1/jobs/nothing",
    }
    assert call(twin, "GET", "/api/v1/jobs/createTask").status_code == 405


def test_the_balance_is_a_float_and_falls_by_what_succeeded(twin: Twin) -> None:
    create(twin)
    create(twin, resolution="4K")
    create(twin, prompt="[twin:fail-internal]")
    assert call(twin, "GET", "/api/v1/chat/credit").text == '{"code":200,"msg":"success","data":9958.0}'


def test_a_download_link_is_given_for_our_own_urls_only(twin: Twin) -> None:
    url = record(twin, create(twin).json()["data"]["taskId"])["data"]["response"]["resultUrls"][0]
    path = "/api/v1/common/download-url"
    assert get(call(twin, "POST", path, json={"url": url}).json()["data"]).status_code == 200
    assert call(twin, "POST", path, json={"url": "https://example.com/a.png"}).json() == {
        "code": 422,
        "msg": "url is wrong",
        "data": None,
    }


def test_many_calls_go_over_one_connection(twin: Twin) -> None:
    with httpx.Client(base_url=twin.api_url, headers={"Authorization": "Bearer twin-key"}, verify=False) as client:
        streams = {
            id(client.get("/api/v1/chat/credit").extensions["network_stream"].get_extra_info("socket"))
            for _ in range(3)
        }
    assert len(streams) == 1
