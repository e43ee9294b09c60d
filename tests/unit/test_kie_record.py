"""What a record of Kie.ai's says: where the results lie, in few and short links, and what was asked for."""

import json
from typing import Any

import pytest

from plantain.kie.param import Asked, asked_in
from plantain.kie.record import MAX_URLS, outcome_in
from plantain.network.addresses import MAX_URL_LENGTH
from plantain.task import Succeeded
from tests.builders import success


def urls_of(*urls: str) -> tuple[str, ...]:
    outcome = outcome_in(success(*urls)["data"])
    assert isinstance(outcome, Succeeded)
    return outcome.image_urls


def test_of_many_urls_the_first_are_kept() -> None:
    many = [f"https://h/{number}" for number in range(300)]

    assert urls_of(many[0], *many) == tuple(many[:MAX_URLS])


def test_what_is_too_long_to_be_a_url_is_left_out() -> None:
    longest = "https://h/".ljust(MAX_URL_LENGTH, "x")

    assert urls_of(longest + "x", longest, "https://h/1") == (longest, "https://h/1")
    assert urls_of(longest + "x", "", "h") == ("h",)
    assert urls_of(longest + "x") == ()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://h/caf\xe9?a=%20&b#c", "https://h/caf%C3%A9?a=%20&b#c"),
        ("https://h/\ud800", "https://h/?"),
    ],
)
def test_urls_are_kept_in_ascii(told: str, kept: str) -> None:
    assert urls_of(told) == (kept,)


def test_ten_of_the_longest_urls_are_less_than_an_item_holds() -> None:
    kept = urls_of(*(f"https://h/{number}".ljust(MAX_URL_LENGTH, "x") for number in range(300)))

    assert len(json.dumps(kept)) < 100_000


WISH = {"prompt": "a leaf", "aspect_ratio": "1:1", "resolution": "2K", "output_format": "png"}
PARAM = {
    "model": "nano-banana-pro",
    "input": json.dumps(WISH | {"image_input": []}),
    "callBackUrl": "https://h/bell",
}


@pytest.mark.parametrize("param", [PARAM, json.dumps(PARAM), PARAM | {"input": WISH | {"image_input": []}}])
def test_a_task_says_what_it_was_asked_for_and_where_it_rings(param: Any) -> None:
    asked = asked_in({"param": param})

    assert asked == Asked("nano-banana-pro", WISH | {"image_input": []}, "https://h/bell")
    assert asked.is_like("nano-banana-pro", **WISH)


@pytest.mark.parametrize("url", [None, 7])
def test_a_task_may_keep_to_itself_where_it_rings(url: Any) -> None:
    asked = asked_in({"param": PARAM | {"callBackUrl": url}})

    assert asked
    assert asked.callback_url is None


@pytest.mark.parametrize("name", WISH)
def test_a_wish_with_one_other_letter_is_another(name: str) -> None:
    asked = asked_in({"param": PARAM})

    assert asked
    assert not asked.is_like("nano-banana-2", **WISH)
    assert not asked.is_like("nano-banana-pro", **WISH | {name: WISH[name].upper() + "x"})


@pytest.mark.parametrize(
    "param", [None, "", "{", "[]", 7, {}, {"model": "x"}, PARAM | {"input": "{"}, "[" * 100_000]
)
def test_a_task_whose_request_cannot_be_read_says_nothing_of_it(param: Any) -> None:
    assert asked_in({"param": param}) is None
