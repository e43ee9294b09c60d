"""Asking DNS: every host once, all at the same time, and never for longer than allowed."""

import socket
import threading
import time

import pytest

from plantain.network.dns import Dns, RememberingDns, dns

BOUND = 0.2  # s


def test_every_host_is_asked_for_once_and_those_without_an_answer_are_left_out() -> None:
    asked: list[str] = []

    def ask(host: str) -> list[str]:
        asked.append(host)
        if host == "missing.test":
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return {"a.test": ["8.8.8.8", "2606:4700:0::1", "8.8.8.8"], "odd.test": ["999.1.1.1"]}.get(host, [])

    found = Dns(ask).look_up(["a.test", "missing.test", "a.test", "empty.test", "odd.test"], 5)

    assert found == {"a.test": ("8.8.8.8", "2606:4700::1")}
    assert sorted(asked) == ["a.test", "empty.test", "missing.test", "odd.test"]


def test_an_address_stands_for_itself() -> None:
    def ask(host: str) -> list[str]:
        raise AssertionError(host)

    assert Dns(ask).look_up(["127.0.0.1", "::1"], 5) == {"127.0.0.1": ("127.0.0.1",), "::1": ("::1",)}


def test_those_that_hang_cost_no_more_than_the_bound_together() -> None:
    over = threading.Event()

    def ask(host: str) -> list[str]:
        assert threading.current_thread().daemon  # or the process would wait for it
        if host.startswith("slow"):
            over.wait(5)
        return ["8.8.8.8"]

    began = time.monotonic()
    found = Dns(ask).look_up([f"slow{number}.test" for number in range(60)] + ["quick.test"], BOUND)
    took = time.monotonic() - began
    over.set()

    assert found == {"quick.test": ("8.8.8.8",)}
    assert BOUND <= took < 4


@pytest.mark.parametrize("name", ["localhost", "a" * 64 + ".test", ".test"])
def test_the_systems_own_resolver_never_raises(name: str) -> None:
    assert set(dns().look_up([name], 5).get(name, ())) <= {"127.0.0.1", "::1"}


def test_the_systems_answers_are_its_addresses_for_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(host: str, port: None, type: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        assert (host, type) == ("a.test", socket.SOCK_STREAM)
        return [(socket.AF_INET, type, 6, "", ("8.8.8.8", 0)), (socket.AF_INET, type, 6, "", ("8.8.4.4", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)

    assert dns().look_up(["a.test"], 5) == {"a.test": ("8.8.8.8", "8.8.4.4")}


def test_one_check_of_many_wishes_asks_for_each_host_once_also_for_one_that_is_not_there() -> None:
    asked: list[str] = []

    def ask(host: str) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"] if host in ("a.test", "b.test") else []

    remembering = RememberingDns(Dns(ask))

    assert remembering.look_up(["a.test", "missing.test"], 5) == {"a.test": ("8.8.8.8",)}
    assert remembering.look_up(["b.test", "missing.test"], 5) == {"b.test": ("8.8.8.8",)}
    assert remembering.look_up(["a.test", "b.test"], 5) == {"a.test": ("8.8.8.8",), "b.test": ("8.8.8.8",)}
    assert sorted(asked) == ["a.test", "b.test", "missing.test"]
