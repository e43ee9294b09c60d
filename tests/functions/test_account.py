"""GET /api/account: who asks, what time it is, and whether Kie.ai could be paid."""

from typing import Any

import httpx
import pytest

from functions.check_account import app as check_account
from plantain.kie import account
from plantain.pace import pausing
from plantain.version import VERSION
from tests.builders import kie_says, refusal
from tests.conftest import Cloud
from tests.functions.conftest import Answer, call, http_event


def ask(caller: str = "alice") -> Answer:
    return call(check_account, http_event("GET", "/api/account", caller=caller))


def balance(data: Any) -> dict[str, Any]:
    return {"code": 200, "msg": "success", "data": data}


@pytest.fixture
def kie(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    def says(*answers: Any) -> list[httpx.Request]:
        client, sent = kie_says(*answers)
        monkeypatch.setattr(account, "kie", lambda: client)
        return sent

    return says


def test_the_account_says_who_asks_and_what_is_left(kie: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = kie(balance(5916.25))
    monkeypatch.setattr(check_account, "now_ms", lambda: 1_774_428_642_608)

    answer = ask()

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json == {
        "caller": "alice",
        "time": "2026-03-25T08:50:42.608Z",
        "version": VERSION,
        "kie": {"state": "ok", "credits": 5916.25, "usd": 29.58},
        "paused": None,
    }
    assert str(sent[0].url) == "https://kie.test/api/v1/chat/credit"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (refusal(401, "Unauthorized"), "key-rejected"),
        (httpx.Response(401), "key-rejected"),
        (refusal(429, "busy"), "unreachable"),
        (httpx.Response(502, html="<html>Bad gateway</html>"), "unreachable"),
        (httpx.Response(200, html="<html>Hello</html>"), "unreachable"),
        (httpx.Response(200, content=b'{"code": 200, "data": NaN}'), "unreachable"),
        (httpx.ConnectError("no route"), "unreachable"),
        (httpx.ReadTimeout("slow"), "unreachable"),
        (balance(None), "unreachable"),
        (balance("5916"), "unreachable"),
        (balance(True), "unreachable"),
    ],
)
def test_whatever_kie_does_is_a_state_and_no_failure(kie: Any, said: Any, state: str) -> None:
    kie(said)

    answer = ask()

    assert (answer.status, answer.json["kie"]) == (200, {"state": state, "credits": None, "usd": None})


def test_a_pause_is_told_with_whose_it_is_and_since_when(kie: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kie(balance(5916.25))
    monkeypatch.setattr(pausing, "now_ms", lambda: 1_774_428_642_608)
    pausing.pausing().pause("operator", "a fair until Monday")

    assert ask().json["paused"] == {
        "by": "operator",
        "reason": "a fair until Monday",
        "since": "2026-03-25T08:50:42.608Z",
    }


def test_a_missing_key_is_a_state_too(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=" ")

    assert ask().json["kie"]["state"] == "key-missing"


def test_looks_at_the_account_are_counted(kie: Any, settings: pytest.MonkeyPatch) -> None:
    kie(balance(1))
    settings.setenv("CALLER_RATE_PER_MINUTE", "1")
    settings.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)

    assert [ask().status, ask().status, ask("bob").status] == [200, 429, 200]
