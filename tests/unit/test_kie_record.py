"""Where a record of Kie.ai's says the results lie: a few links of a length that the jobs table holds."""

import json

import pytest

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
