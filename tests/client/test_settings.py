"""URL and key: what can be used, and that the key is never shown."""

import logging
import traceback
from typing import Any

import httpx
import pytest

import plantain_client
from plantain_client import AsyncPlantain, NotConfigured, Plantain, PlantainError
from plantain_client.default import default_client
from tests.client.service import KEY, TASK_ID, URL, Service, gateway, problem, web_page


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PLANTAIN_URL", "PLANTAIN_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(NotConfigured, match="PLANTAIN_URL"):
        Plantain(api_key=KEY)
    with pytest.raises(NotConfigured, match="PLANTAIN_API_KEY"):
        Plantain(URL)
    with pytest.raises(NotConfigured, match="PLANTAIN_URL"):
        plantain_client.query_task(TASK_ID)


def test_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTAIN_URL", f" {URL}\n")
    monkeypatch.setenv("PLANTAIN_API_KEY", f"{KEY}\n")

    client = default_client()

    assert repr(client) == f"Plantain('{URL}', api_key='***')"
    assert default_client() is client
    monkeypatch.setenv("PLANTAIN_URL", "https://other.test")
    assert "other.test" in repr(default_client())
    client.close()
    default_client().close()


@pytest.mark.parametrize(
    "url",
    [
        "plantain.test",
        "ftp://plantain.test",
        "https://",
        "http://plantain.test",
        "http://10.0.0.1",
        "https://user:password@plantain.test",
        "https://plantain.test?x=1",
        "https://plantain.test\x00",
        "https://[::1",
        "https://plantain..test",
        f"https://{'a' * 64}.test",
    ],
)
def test_an_url_that_cannot_be_used_or_would_show_the_key(url: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        Plantain(url, KEY)
    assert "password" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["https://plantain.test/stage/", "http://localhost:8000", "http://127.0.0.1:1", "http://[::1]:1"]
)
def test_an_url_that_can_be_used(url: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url).startswith(url.rstrip("/") + "/api/health")
        return httpx.Response(200, json={"version": "1", "kieKeyConfigured": True})

    with Plantain(url, KEY, transport=httpx.MockTransport(answer)) as client:
        assert client.health().version == "1"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTPS_PROXY", "socks5://user:proxy-canary@127.0.0.1:1", r"httpx\[socks\]"),
        ("HTTPS_PROXY", "nonsense://user:proxy-canary@host", "a proxy that cannot be used"),
        ("HTTPS_PROXY", "http://user:proxy-canary@host:port", "a proxy that cannot be used"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem", "certificates"),
    ],
)
@pytest.mark.parametrize("client", [Plantain, AsyncPlantain])
def test_proxies_and_certificates_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, client: Any, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(NotConfigured, match=words) as refused:
        client(URL, KEY)

    assert "proxy-canary" not in str(refused.value)


def test_a_short_key_takes_no_words_out_of_an_answer() -> None:
    answer = httpx.Response(200, json={"version": "1", "kieKeyConfigured": True})
    with Plantain(URL, "k", transport=httpx.MockTransport(lambda _: answer)) as client:
        assert client.health().kie_key_configured


@pytest.mark.parametrize("key", ["canary key", "canary\nkey", "canary-ключ", "canary\x7f"])
def test_a_key_that_no_header_can_hold_is_refused_unshown(key: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        Plantain(URL, key)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("…"),
        problem(404, "task-not-found"),
        gateway(403, "Forbidden"),
        web_page(),
    ],
)
def test_no_error_log_or_repr_shows_the_key(
    service: Service, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    service.says(answer)

    with caplog.at_level(logging.DEBUG), pytest.raises(PlantainError) as refused:
        service.call("query_task", TASK_ID)

    shown = "".join(traceback.TracebackException.from_exception(refused.value, capture_locals=True).format())
    assert KEY not in caplog.text
    lines = [line for line in shown.splitlines() if KEY in line]
    # The test's own locals hold it; those of the library do not.
    assert lines == []


def test_clients_do_not_show_the_key() -> None:
    for client in (Plantain(URL, KEY), AsyncPlantain(URL, KEY)):
        assert KEY not in repr(client)
        assert KEY not in repr(vars(client))
