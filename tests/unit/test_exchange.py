"""One exchange with Kie.ai: what goes over the wire, and how much and how long it may answer."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from plantain.kie import exchange
from plantain.kie.exchange import MAX_ANSWER_BYTES, MAX_SECONDS, Exchange
from tests.builders import unread
from tests.wire import Listener, http

KEY = "k" * 20


def over(answer: httpx.Response, *, seen: list[httpx.Request] | None = None, **bounds: Any) -> Exchange:
    def handler(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return answer

    return Exchange("https://kie.test", httpx.MockTransport(handler), **bounds)


def test_each_exchange_has_its_own_connection_and_takes_no_way_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """One kept while a container was frozen may be dead, and a proxy of the environment would see the key."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    with Listener(http(body=b"{}")) as kie:
        client = Exchange(kie.url)
        assert [client.send("GET", "/a", KEY).content for _ in range(3)] == [b"{}"] * 3

    assert kie.connections == 3
    assert b"accept-encoding: identity\r\n" in kie.heads[0].lower()
    assert f"authorization: bearer {KEY}\r\n".encode() in kie.heads[0].lower()


def test_no_step_of_it_waits_longer_than_a_lambda_can() -> None:
    seen: list[httpx.Request] = []

    over(unread(httpx.Response(200)), seen=seen).send("GET", "/a", KEY)

    assert seen[0].extensions["timeout"] == {"connect": 5, "read": 20, "write": 10, "pool": 5}


@pytest.mark.parametrize(("bounds", "most"), [({}, MAX_ANSWER_BYTES), ({"max_answer_bytes": 100}, 100)])
def test_an_answer_is_read_up_to_its_limit_and_not_a_byte_beyond(bounds: dict[str, Any], most: int) -> None:
    def sent(size: int) -> httpx.Response:
        return over(unread(httpx.Response(200, content=b" " * size)), **bounds).send("GET", "/a", KEY)

    assert len(sent(most).content) == most
    with pytest.raises(httpx.ReadError, match="does not end"):
        sent(most + 1)


class Dripping(httpx.SyncByteStream):
    """A byte a second, each of them in time for httpx's own timeout."""

    def __init__(self, clock: SimpleNamespace, seconds: int) -> None:
        self.clock, self.seconds = clock, seconds

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.seconds):
            self.clock.now += 1
            yield b"."


@pytest.mark.parametrize(("limit", "seconds"), [({}, MAX_SECONDS), ({"seconds": 10}, 10)])
def test_an_answer_that_drips_is_read_for_so_long(
    monkeypatch: pytest.MonkeyPatch, limit: dict[str, Any], seconds: int
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(exchange, "time", SimpleNamespace(monotonic=lambda: clock.now))

    in_time = over(httpx.Response(200, stream=Dripping(clock, seconds))).send("GET", "/a", KEY, **limit)

    assert len(in_time.content) == seconds
    with pytest.raises(httpx.ReadError, match="does not end"):
        over(httpx.Response(200, stream=Dripping(clock, seconds + 1))).send("GET", "/a", KEY, **limit)


def test_what_quotes_our_key_loses_it_unless_it_may_be_a_part_of_an_id() -> None:
    def heard(key: str, **bounds: Any) -> str:
        return over(unread(httpx.Response(200, text=f"no {key}!")), **bounds).send("GET", "/a", key).text

    assert heard("short") == "no (key)!"
    assert heard(KEY, secret_length=len(KEY)) == "no (key)!"
    assert heard(KEY[1:], secret_length=len(KEY)) == f"no {KEY[1:]}!"
