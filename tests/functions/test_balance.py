"""Kie.ai's balance as a witness: the latest look is kept, and nothing is kept from being done for its sake."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from plantain.job import Balance
from plantain.kie import balance
from plantain.kie.balance import balance_of, keep_balance, last_balance
from tests.builders import kie_says, refusal
from tests.conftest import Cloud

MOMENT = 1_800_000_000_000
LATER = MOMENT + 1_000_000


def keep_at(monkeypatch: pytest.MonkeyPatch, moment: int, credits: float) -> None:
    monkeypatch.setattr(balance, "now_ms", lambda: moment)
    keep_balance(credits)


def test_what_kie_says_is_left_is_left(cloud: Cloud) -> None:
    kie, _ = kie_says({"code": 200, "msg": "success", "data": 82.5})

    assert balance_of(kie) == 82.5


@pytest.mark.parametrize(
    "answer", [refusal(401, "Unauthorized"), refusal(500, "Server error"), {"code": 200, "data": "much"}]
)
def test_where_kie_does_not_tell_nobody_knows_what_is_left(cloud: Cloud, answer: dict[str, Any]) -> None:
    kie, _ = kie_says(answer)

    assert balance_of(kie) is None


def test_without_a_look_there_is_no_last_balance(cloud: Cloud) -> None:
    assert last_balance(LATER) is None


def test_the_first_look_is_kept(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_at(monkeypatch, MOMENT, 82.5)

    assert last_balance(LATER) == Balance(82.5, MOMENT)


def test_a_later_look_takes_the_place_of_the_last(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_at(monkeypatch, MOMENT, 82.5)
    keep_at(monkeypatch, MOMENT + 1, 64.5)

    assert last_balance(LATER) == Balance(64.5, MOMENT + 1)


@pytest.mark.parametrize("moment", [MOMENT - 1, MOMENT])
def test_an_earlier_look_and_one_of_the_same_moment_change_nothing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    keep_at(monkeypatch, MOMENT, 82.5)
    keep_at(monkeypatch, moment, 100)

    assert last_balance(LATER) == Balance(82.5, MOMENT)


@pytest.mark.parametrize(("before", "known"), [(MOMENT - 1, False), (MOMENT, False), (MOMENT + 1, True)])
def test_only_what_was_left_before_a_create_is_told_of_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, before: int, known: bool
) -> None:
    keep_at(monkeypatch, MOMENT, 82.5)

    assert (last_balance(before) is not None) == known


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
)
def test_a_witness_that_cannot_be_heard_keeps_nothing_from_being_done(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    keep_balance(82.5)

    def out_of_reach() -> Any:
        raise error

    monkeypatch.setattr(balance, "pace_item", out_of_reach)
    keep_balance(64.5)

    assert last_balance(LATER * 2) is None
