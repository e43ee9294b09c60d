"""The task store alone: the sliding window, the money and the times, on a clock that the test owns."""

from collections.abc import Callable
from typing import Any

import pytest

from local.twin.hosts import may_call
from local.twin.models import MODELS
from local.twin.settings import Settings, changed
from local.twin.tasks import TaskStore
from local.twin.timeline import Task

PRO = MODELS["nano-banana-pro"]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accept(clock: Clock) -> Callable[..., Task]:
    store = TaskStore(Settings(draw_seconds=5.0, balance=100.0), clock)

    def accepted(prompt: str = "A boat", **wish: Any) -> Task:
        return store.accept(PRO, {"prompt": prompt} | wish, None)

    accepted.store = store  # type: ignore[attr-defined]
    return accepted


@pytest.fixture
def store(accept: Any) -> TaskStore:
    found: TaskStore = accept.store
    return found


def test_twenty_creates_in_ten_seconds_and_not_one_more(
    clock: Clock, store: TaskStore, accept: Callable[..., Task]
) -> None:
    for _ in range(20):
        assert not store.window_is_full()
        accept()
        clock.now += 0.25
    assert store.window_is_full()
    clock.now = 1009.99
    assert store.window_is_full()
    clock.now = 1010.0
    assert not store.window_is_full()
    accept()
    assert store.window_is_full()
    clock.now = 1010.25
    assert not store.window_is_full()


def test_a_refused_create_takes_no_place_in_the_window(store: TaskStore, accept: Callable[..., Task]) -> None:
    for _ in range(19):
        accept()
    for _ in range(50):
        store.refuse("rate")
    assert not store.window_is_full()


def test_the_window_can_be_switched_off(store: TaskStore, accept: Callable[..., Task]) -> None:
    store.settings = changed(store.settings, {"rateLimit": False})
    for _ in range(30):
        accept()
    assert not store.window_is_full()


def test_credits_are_taken_on_success_and_held_while_it_runs(
    clock: Clock, store: TaskStore, accept: Callable[..., Task]
) -> None:
    accept(resolution="4K")
    accept("[twin:fail-policy]")
    assert store.ledger()["creditsSpent"] == 0.0
    assert store.can_pay(58.0)
    assert not store.can_pay(58.1)
    clock.now += 5.0
    assert store.ledger()["creditsSpent"] == 24.0
    assert store.ledger()["balance"] == 76.0
    assert store.can_pay(76.0)


def test_a_task_with_inputs_waits_for_them_and_fails_without(
    clock: Clock, store: TaskStore, accept: Callable[..., Task]
) -> None:
    good, bad = (accept(image_input=["http://localhost/a.png"]) for _ in range(2))
    clock.now += 60.0
    assert good.at(clock.now).state == "waiting"
    store.inputs_fetched(good, (b"image",))
    store.inputs_fetched(bad, None)
    assert good.at(clock.now).state == "success"
    assert good.at(clock.now).completed == 1060.0
    assert bad.at(clock.now).failure == (
        "400",
        "Image fetch failed. Check access settings or use our File Upload API instead.",
    )


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:9/a", True),
        ("http://127.9.9.9/a", True),
        ("http://[::1]:9/a", True),
        ("https://localhost/a", True),
        ("http://bucket.s3.localhost:9/a", True),
        ("http://friend.example/a", True),
        ("http://FRIEND.example./a", True),
        ("http://friend.example.evil.example/a", False),
        ("http://example.com/a", False),
        ("http://169.254.169.254/a", False),
        ("http://10.0.0.1/a", False),
        ("http://localhost.example.com/a", False),
        ("http://127.0.0.1@example.com/a", False),
        ("file:///etc/passwd", False),
        ("http://127.0.0.1:port/a", False),
        ("http://[::1/a", False),
        ("", False),
    ],
)
def test_only_loopback_and_listed_hosts_are_called(url: str, may: bool) -> None:
    assert may_call(url, ("Friend.example",)) is may


@pytest.mark.parametrize(
    "wanted", [{"fields": "newer"}, {"balance": -1}, {"drawSeconds": True}, {"key": 1}, {"x": 1}]
)
def test_a_setting_that_makes_no_sense_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fields|cannot be|no setting"):
        changed(Settings(), wanted)
