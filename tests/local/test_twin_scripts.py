"""Every script of the twin's table does what its line says, over real HTTP, by marker and by admin call."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from local.twin.cues import for_next, in_prompt, without_markers
from local.twin.scripts import SCRIPTS, as_text
from local.twin.twin import Twin

get = partial(httpx.get, verify=False, trust_env=False)  # plain HTTP: no certificates are read
post = partial(httpx.post, verify=False, trust_env=False)
stream = partial(httpx.stream, verify=False, trust_env=False)

HEADERS = {"Authorization": "Bearer twin-key"}
EXCEPTION = "Server exception, please try again later or contact customer service"
CREDITS = (
    "Credits insufficient : Your current balance isn’t enough to run this request. Please top up to continue."
)
TOO_OFTEN = "Your call frequency is too high. Please try again later."


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="module")
def shared() -> Iterator[Twin]:
    with Twin(draw_seconds=9.0, rate_limit=False, clock=CLOCK) as twin:
        yield twin


@pytest.fixture
def twin(shared: Twin) -> Twin:
    shared.reset()
    return shared


def create(twin: Twin, prompt: str, timeout: float = 5.0) -> httpx.Response:
    body = {"model": "nano-banana-pro", "input": {"prompt": prompt}}
    return post(f"{twin.api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body, timeout=timeout)


def started(twin: Twin, prompt: str) -> str:
    return str(create(twin, prompt).json()["data"]["taskId"])


def poll(twin: Twin, task_id: str, timeout: float = 5.0) -> httpx.Response:
    url = f"{twin.api_url}/api/v1/jobs/recordInfo?taskId={task_id}"
    return get(url, headers=HEADERS, timeout=timeout)


def finished(twin: Twin, prompt: str) -> Any:
    task_id = started(twin, prompt)
    CLOCK.now += 9.0
    return poll(twin, task_id).json()["data"]


CREATE_REFUSALS = [
    ("busy", 200, 429, TOO_OFTEN),
    ("busy-http", 429, 429, TOO_OFTEN),
    ("exception", 200, 500, EXCEPTION),
    ("maintenance", 200, 455, "The service is under maintenance. Please try again later."),
    ("sub-key-limit", 200, 433, "Sub-key Usage Exceeds Limit"),
    ("no-credits", 200, 402, CREDITS),
    ("no-credits-500", 200, 500, CREDITS),
    ("no-credits-old", 200, 402, "The current credits are insufficient. Please top up."),
    ("unauthorized-old", 200, 401, "You do not have access permissions"),
]


@pytest.mark.parametrize(("name", "status", "code", "msg"), CREATE_REFUSALS)
def test_a_refused_create_says_so_and_accepts_nothing(
    twin: Twin, name: str, status: int, code: int, msg: str
) -> None:
    answer = create(twin, f"A boat [twin:{name}]")
    body = answer.json()
    assert (answer.status_code, body["code"], body["msg"]) == (status, code, msg)
    assert twin.ledger()["acceptedCreates"] == 0
    assert twin.ledger()["refusals"] == {name: 1}


def test_unauthorized_is_played_although_the_key_is_right(twin: Twin) -> None:
    assert create(twin, "[twin:unauthorized]").json()["msg"].startswith("Unauthorized \u2013 ")


CREATE_BROKEN = [
    ("http-500", 500, "application/json;charset=UTF-8", 0),
    ("bad-gateway", 502, "text/html", 0),
    ("bad-gateway-accepted", 502, "text/html", 1),
    ("not-json", 200, "text/html", 0),
]


@pytest.mark.parametrize(("name", "status", "kind", "accepted"), CREATE_BROKEN)
def test_a_create_can_break_before_and_after_it_was_accepted(
    twin: Twin, name: str, status: int, kind: str, accepted: int
) -> None:
    answer = create(twin, f"A boat [twin:{name}]")
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert twin.ledger()["acceptedCreates"] == accepted


@pytest.mark.parametrize(("name", "accepted"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_create_counts_only_when_it_was_accepted_first(twin: Twin, name: str, accepted: int) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        create(twin, f"A boat [twin:{name}]")
    CLOCK.now += 9.0
    assert twin.ledger()["acceptedCreates"] == accepted
    assert twin.ledger()["refusedCreates"] == 1 - accepted
    assert twin.ledger()["creditsSpent"] == 18.0 * accepted


def test_an_answer_without_a_task_or_with_an_exception_may_hide_an_accepted_task(twin: Twin) -> None:
    assert create(twin, "[twin:no-task-id]").json() == {"code": 200, "msg": "success", "data": None}
    assert create(twin, "[twin:exception-accepted]").json()["msg"] == EXCEPTION
    assert twin.ledger()["acceptedCreates"] == 2


def test_a_slow_create_is_accepted_before_its_client_gives_up(twin: Twin) -> None:
    with pytest.raises(httpx.ReadTimeout):
        create(twin, "A boat [twin:slow 3s]", timeout=0.2)
    assert twin.ledger()["acceptedCreates"] == 1
    assert create(twin, "A boat [twin:slow 0.05s]").json()["code"] == 200


def test_a_counted_fault_ends_and_begins_anew_with_the_next_wish(twin: Twin) -> None:
    prompt = "A boat [twin:busy x2, maintenance-once]"
    for _ in range(2):
        assert [create(twin, prompt).json()["code"] for _ in range(4)] == [429, 429, 455, 200]


def test_a_fault_can_last_for_some_seconds(twin: Twin) -> None:
    assert create(twin, "[twin:busy 4s]").json()["code"] == 429
    CLOCK.now += 3.9
    assert create(twin, "[twin:busy 4s]").json()["code"] == 429
    CLOCK.now += 0.2
    assert create(twin, "[twin:busy 4s]").json()["code"] == 200


RUNNING = [
    ("waiting", ["waiting", "waiting", "waiting"]),
    ("generating", ["generating", "generating", "generating"]),
    ("all-states", ["waiting", "queuing", "generating"]),
]


@pytest.mark.parametrize(("name", "words"), RUNNING)
def test_the_running_words(twin: Twin, name: str, words: list[str]) -> None:
    task_id = started(twin, f"A boat [twin:{name}]")
    CLOCK.now += 1.0
    for word in words:
        assert poll(twin, task_id).json()["data"]["state"] == word
        CLOCK.now += 3.0
    assert poll(twin, task_id).json()["data"]["state"] == "success"


FAILURES = [
    ("fail-policy", "400", "Your prompt was flagged by Website as violating content policies."),
    ("fail-policy-422", "422", "CONTENT_POLICY_BLOCKED: the request was blocked by the content policy."),
    ("fail-fetch", "400", "Image fetch failed. Check access settings or use our File Upload API instead."),
    ("fail-internal", "500", "Internal Error, Please try again later."),
    (
        "fail-gemini",
        "500",
        "Gemini could not generate an image with the given prompt. Please try again with a different prompt.",
    ),
    ("fail-501", "501", "Generation failed"),
    ("timeout", "524", "generate task timeout."),
]


@pytest.mark.parametrize(("name", "code", "msg"), FAILURES)
def test_a_failed_task_has_its_code_and_costs_nothing(twin: Twin, name: str, code: str, msg: str) -> None:
    data = finished(twin, f"A boat [twin:{name}, generating]")
    assert (data["state"], data["failCode"], data["failMsg"]) == ("fail", code, msg)
    assert (data["creditsConsumed"], data["successFlag"], data["resultJson"]) == (0.0, 0, "")
    assert data["costTime"] == 9
    assert twin.ledger()["creditsSpent"] == 0.0


def test_a_timeout_can_turn_into_success(twin: Twin) -> None:
    task_id = started(twin, "[twin:timeout-then-success 60s]")
    CLOCK.now += 9.0
    assert poll(twin, task_id).json()["data"]["failCode"] == "524"
    CLOCK.now += 59.0
    assert poll(twin, task_id).json()["data"]["state"] == "fail"
    CLOCK.now += 1.0
    assert poll(twin, task_id).json()["data"]["state"] == "success"
    assert twin.ledger()["creditsSpent"] == 18.0


def test_a_task_may_never_end_or_end_in_an_unknown_word(twin: Twin) -> None:
    task_id = started(twin, "[twin:never]")
    CLOCK.now += 1e6
    assert poll(twin, task_id).json()["data"]["state"] == "waiting"
    assert finished(twin, "[twin:unknown-state]")["state"] == "archived"


POLLS: list[tuple[str, Callable[[httpx.Response], bool]]] = [
    ("record-null", lambda a: a.json() == {"code": 422, "msg": "recordInfo is null", "data": None}),
    ("data-null", lambda a: a.json() == {"code": 200, "msg": "success", "data": None}),
    ("poll-busy", lambda a: a.status_code == 200 and a.json()["code"] == 429),
    ("poll-429", lambda a: a.status_code == 429),
    ("poll-exception", lambda a: a.status_code == 200 and a.json()["msg"] == EXCEPTION),
    ("poll-500", lambda a: a.status_code == 500 and a.json()["error"] == "Internal Server Error"),
    ("poll-502", lambda a: a.status_code == 502 and a.text.startswith("<html>")),
    ("poll-not-json", lambda a: a.status_code == 200 and a.text.startswith("<html>")),
]


@pytest.mark.parametrize(("name", "is_played"), POLLS)
def test_a_poll_fails_twice_and_then_tells_the_truth(
    twin: Twin, name: str, is_played: Callable[[httpx.Response], bool]
) -> None:
    task_id = started(twin, f"A boat [twin:{name}]")
    assert is_played(poll(twin, task_id))
    assert is_played(poll(twin, task_id))
    assert poll(twin, task_id).json()["data"]["state"] == "waiting"


def test_a_poll_can_be_dropped_dripped_and_endless(twin: Twin) -> None:
    task_id = started(twin, "[twin:poll-drop x1, poll-drip, poll-endless]")
    with pytest.raises(httpx.RemoteProtocolError):
        poll(twin, task_id)
    url = f"{twin.api_url}/api/v1/jobs/recordInfo?taskId={task_id}"
    with stream("GET", url, headers=HEADERS) as answer:
        assert next(answer.iter_raw()) == b"{"
    with stream("GET", url, headers=HEADERS) as answer:
        assert beyond(answer, 1_000_000)
    assert poll(twin, task_id).json()["code"] == 200


def test_every_poll_can_be_slow(twin: Twin) -> None:
    with pytest.raises(httpx.ReadTimeout):
        poll(twin, started(twin, "[twin:poll-slow 3s]"), timeout=0.2)
    assert poll(twin, started(twin, "[twin:poll-slow 0.05s]")).json()["data"]["state"] == "waiting"


def test_success_can_come_without_urls_at_first_or_for_ever(twin: Twin) -> None:
    task_id = started(twin, "[twin:no-urls x2, no-result x1, result-broken x1]")
    poll(twin, task_id)
    CLOCK.now += 9.0
    results = [poll(twin, task_id).json()["data"]["resultJson"] for _ in range(5)]
    assert results[:4] == ['{"resultUrls":[]}', '{"resultUrls":[]}', "", '{"resultUrls":["']
    assert len(json.loads(results[4])["resultUrls"]) == 1
    task_id = started(twin, "[twin:no-urls ever]")
    CLOCK.now += 9.0
    assert all("h/" not in poll(twin, task_id).text for _ in range(10))


def test_the_shape_of_a_result_can_differ(twin: Twin) -> None:
    assert len(finished(twin, "[twin:result-object]")["resultJson"]["resultUrls"]) == 1
    assert len(finished(twin, "[twin:urls]")["response"]["resultUrls"]) == 2
    assert len(set(finished(twin, "[twin:urls x3]")["response"]["resultUrls"])) == 3
    assert finished(twin, "[twin:url-foreign]")["response"]["resultUrls"][0].startswith("http://169.254.169.254/")
    assert len(finished(twin, "[twin:old-fields]")) == 10


def fetch(twin: Twin, name: str) -> httpx.Response:
    return get(finished(twin, f"A boat [twin:{name}]")["response"]["resultUrls"][0], timeout=5.0)


FILES: list[tuple[str, Callable[[httpx.Response], bool]]] = [
    ("file-html", lambda a: a.headers["content-type"] == "text/html" and a.text.startswith("<html>")),
    ("file-svg", lambda a: a.headers["content-type"] == "image/svg+xml" and a.text.startswith("<svg")),
    ("file-empty", lambda a: a.status_code == 200 and a.content == b""),
    ("file-truncated", lambda a: a.content.startswith(b"\x89PNG") and b"IEND" not in a.content),
    ("file-403", lambda a: a.status_code == 403),
    ("file-404", lambda a: a.status_code == 404),
    ("file-410", lambda a: a.status_code == 410),
    ("file-502", lambda a: a.status_code == 502),
    ("file-redirect", lambda a: a.status_code == 302 and a.headers["location"].endswith(".png?moved=1")),
    ("file-redirect-foreign", lambda a: a.headers["location"].startswith("http://169.254.169.254/")),
    ("file-expired", lambda a: a.status_code == 404),
    ("file-redirect-ever", lambda a: a.headers["location"] == "?again=1"),
    ("file-redirect-loopback", lambda a: a.headers["location"].startswith("https://0x7f.1/")),
    ("file-polyglot", lambda a: a.content.startswith(b"\x89PNG") and a.content.endswith(b"</script></html>")),
    ("file-pixels", lambda a: a.content[16:24] == (30_000).to_bytes(4) * 2),
    ("file-gzip", lambda a: a.headers["content-encoding"] == "gzip" and not any(a.content)),
    (
        "file-type",
        lambda a: a.headers["content-type"] == "text/plain" and a.content.endswith(b"IEND\xaeB`\x82"),
    ),
    ("file-chunked", lambda a: "content-length" not in a.headers and a.content.endswith(b"IEND\xaeB`\x82")),
]


@pytest.mark.parametrize(("name", "is_played"), FILES)
def test_a_download_can_be_something_else(
    twin: Twin, name: str, is_played: Callable[[httpx.Response], bool]
) -> None:
    assert is_played(fetch(twin, name))


def test_a_moved_file_is_where_the_redirect_says_and_a_lost_one_can_come_back(twin: Twin) -> None:
    url = finished(twin, "[twin:file-redirect]")["response"]["resultUrls"][0]
    assert get(url, follow_redirects=True).content.startswith(b"\x89PNG")
    url = finished(twin, "[twin:file-404-once]")["response"]["resultUrls"][0]
    assert [get(url).status_code for _ in range(2)] == [404, 200]


def test_an_expired_file_is_there_again_for_a_fresh_link_and_the_ledger_counts_who_asked(twin: Twin) -> None:
    url = finished(twin, "[twin:file-expired]")["response"]["resultUrls"][0]
    fresh = post(f"{twin.api_url}/api/v1/common/download-url", json={"url": url}, headers=HEADERS).json()["data"]
    assert [get(link).status_code for link in (url, fresh, url)] == [404, 200, 404]
    assert twin.ledger()["tasks"][-1]["freshLinks"] == 1


def test_a_download_can_break_in_the_middle_come_late_or_drop_by_drop(twin: Twin) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        fetch(twin, "file-drop")
    url = finished(twin, "[twin:file-slow 3s]")["response"]["resultUrls"][0]
    with pytest.raises(httpx.ReadTimeout):
        get(url, timeout=0.2)
    url = finished(twin, "[twin:file-drip]")["response"]["resultUrls"][0]
    with stream("GET", url) as answer:
        assert next(answer.iter_raw()) == b"\x89"


@pytest.mark.parametrize(("name", "claim"), [("file-huge", None), ("file-claims-huge", "10000000000")])
def test_a_download_can_be_without_end(twin: Twin, name: str, claim: str | None) -> None:
    url = finished(twin, f"[twin:{name}]")["response"]["resultUrls"][0]
    with stream("GET", url) as answer:
        assert answer.headers.get("content-length") == claim
        assert beyond(answer, 20_000_000)


def beyond(answer: httpx.Response, size: int) -> bool:
    received = 0
    for chunk in answer.iter_raw():
        received += len(chunk)
        if received > size:
            return True
    return False


def test_the_next_call_obeys_an_admin_and_the_one_after_does_not(twin: Twin) -> None:
    def tell(**body: object) -> int:
        return post(f"{twin.api_url}/_twin/next", json=body).status_code

    assert tell(script="busy", times=2) == 200
    assert [create(twin, "A boat").json()["code"] for _ in range(3)] == [429, 429, 200]
    assert tell(script="maintenance, fail-policy") == 200
    assert create(twin, "A boat").json()["code"] == 455
    assert finished(twin, "A boat")["failCode"] == "400"
    assert finished(twin, "A boat")["state"] == "success"
    assert tell(script="nonsense") == tell(script="") == tell(script="busy", times=0) == 400


def test_a_task_takes_as_long_as_it_is_told(twin: Twin) -> None:
    task_id = started(twin, "A boat [twin:takes 60s, generating]")
    CLOCK.now += 59.9
    assert poll(twin, task_id).json()["data"]["state"] == "generating"
    CLOCK.now += 0.1
    assert poll(twin, task_id).json()["data"]["state"] == "success"


def test_an_admin_can_change_settings_and_start_afresh(twin: Twin) -> None:
    create(twin, "A boat")
    answer = post(f"{twin.api_url}/_twin/settings", json={"drawSeconds": 2})
    assert answer.json()["drawSeconds"] == 2.0
    assert post(f"{twin.api_url}/_twin/settings", json={"drawSecond": 2}).status_code == 400
    assert post(f"{twin.api_url}/_twin/settings", json={"rateLimit": "no"}).status_code == 400
    assert post(f"{twin.api_url}/_twin/reset").json() == {"ok": True}
    assert get(f"{twin.api_url}/_twin/ledger").json()["acceptedCreates"] == 0
    twin.set(drawSeconds=9)


def test_the_ledger_tells_what_was_asked_and_paid(twin: Twin) -> None:
    began = CLOCK.now
    task_id = started(twin, "A boat")
    create(twin, "A boat [twin:busy]")
    CLOCK.now += 9.0
    poll(twin, task_id)
    ledger = get(f"{twin.api_url}/_twin/ledger").json()
    entry = ledger.pop("tasks")[0]
    assert ledger == {
        "acceptedCreates": 1,
        "refusedCreates": 1,
        "refusals": {"busy": 1},
        "createCalls": [
            {"at": began, "prompt": "A boat", "answer": "accepted"},
            {"at": began, "prompt": "A boat [twin:busy]", "answer": "busy"},
        ],
        "creditsSpent": 18.0,
        "balance": 9982.0,
        "callbacks": [],
    }
    assert entry | {"input": None} == {
        "taskId": task_id,
        "state": "success",
        "createdAt": began,
        "completedAt": began + 9.0,
        "model": "nano-banana-pro",
        "prompt": "A boat",
        "input": None,
        "callBackUrl": None,
        "credits": 18.0,
        "polls": 1,
        "downloads": 0,
        "freshLinks": 0,
        "scripts": [],
    }


def test_markers_are_read_in_order_and_left_out_of_the_drawn_text() -> None:
    prompt = "A boat [twin:busy x2, slow 3s] at sea [twin:fail-policy]"
    assert [cue.name for cue in in_prompt(prompt)] == ["busy", "slow", "fail-policy"]
    assert without_markers(prompt) == "A boat at sea"
    assert without_markers("two  spaces") == "two  spaces"
    for wrong in ("[twin:busy 2]", "[twin:busy-twice]", "[twin:busy x2 x3]"):
        with pytest.raises(ValueError, match="no script called"):
            in_prompt(wrong)
    with pytest.raises(ValueError, match="no script named"):
        for_next(" , ")


CALLBACKS = {f"callback-{name}" for name in ("unsigned", "forged", "swapped", "late", "twice", "never")}
"""Held by test_twin_callbacks."""


def test_every_script_of_the_table_is_held_by_a_test_and_printed() -> None:
    rows = (CREATE_REFUSALS, CREATE_BROKEN, RUNNING, FAILURES, POLLS, FILES)
    held = CALLBACKS | {str(row[0]) for table in rows for row in table}
    held |= {
        "unauthorized",
        "drop-before",
        "drop-after",
        "no-task-id",
        "exception-accepted",
        "slow",
        "takes",
        "timeout-then-success",
        "never",
        "unknown-state",
        "poll-drop",
        "poll-drip",
        "poll-endless",
        "poll-slow",
        "no-urls",
        "no-result",
        "result-broken",
        "result-object",
        "urls",
        "url-foreign",
        "old-fields",
        "file-drop",
        "file-slow",
        "file-drip",
        "file-huge",
        "file-claims-huge",
    }
    assert held == set(SCRIPTS)
    assert all(f"  {name} " in as_text() for name in SCRIPTS)
