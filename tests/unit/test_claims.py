"""Idempotency claims as the table holds them: found until the second they expire, and never guessed."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from plantain.errors import ClaimInFlight
from plantain.jobs import claims as claims_module
from plantain.jobs.claims import CLAIM_SECONDS, Claim, Claims, claims
from plantain.jobs.reservations import Reservations, reservations
from plantain.jobs.table import jobs
from tests.builders import a_job
from tests.conftest import Cloud

NOW = 1_800_000_000  # s
CALL = Claim("claim#1", "task-1", "a wish")
ROW = Claim("claim#2", "task-2", lasting=True)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    def at(ms: int) -> None:
        monkeypatch.setattr(claims_module, "now_ms", lambda: ms)

    at(NOW * 1000 + 900)
    return at


@pytest.mark.parametrize("claim", [CALL, ROW])
def test_a_claim_is_found_as_it_was_taken_and_taken_once(cloud: Cloud, claim: Claim) -> None:
    assert claims().find(claim.id) is None
    assert claims().take(claim)

    assert not claims().take(claim)
    assert claims().find(claim.id) == claim


def test_a_claim_is_taken_over_only_from_what_it_stands_for(cloud: Cloud) -> None:
    claims().take(CALL)
    other = Claim(CALL.id, "task-3", "a wish")

    assert not claims().take(other, instead_of="task-2")
    assert claims().find(CALL.id) == CALL
    assert claims().take(other, instead_of=CALL.made)
    assert claims().find(CALL.id) == other


def test_a_claim_stands_through_the_second_in_which_it_expires(cloud: Cloud, at: Any) -> None:
    claims().take(CALL)
    item = cloud.dynamodb.get_item(TableName="jobs", Key={"id": {"S": CALL.id}})["Item"]
    assert item["expiresAt"] == {"N": str(NOW + CLAIM_SECONDS)}  # whole seconds, as DynamoDB's TTL wants them

    at((NOW + CLAIM_SECONDS) * 1000 + 999)
    assert claims().find(CALL.id) == CALL
    assert not claims().take(CALL)

    at((NOW + CLAIM_SECONDS + 1) * 1000)
    assert claims().find(CALL.id) is None
    assert claims().take(CALL)


class Throttled:
    """DynamoDB, which takes nothing more for now."""

    def __init__(self, cloud: Cloud) -> None:
        self.exceptions = cloud.dynamodb.exceptions

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)

        return refuse


def test_a_table_that_cannot_be_asked_says_nothing_of_a_claim(cloud: Cloud) -> None:
    throttled = Claims("jobs", Throttled(cloud))

    for ask in (lambda: throttled.write({}, CALL), lambda: throttled.take(CALL), lambda: throttled.find(CALL.id)):
        with pytest.raises(ClientError, match="ThrottlingException"):
            ask()


def test_a_claim_is_looked_for_where_the_last_write_is_seen(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cloud.dynamodb.get_item

    def get_item(**request: Any) -> Any:
        assert request["ConsistentRead"]
        return real(**request)

    monkeypatch.setattr(cloud.dynamodb, "get_item", get_item)
    claims().take(CALL)

    assert claims().find(CALL.id) == CALL


def test_a_key_that_others_keep_taking_is_claimed_this_very_moment(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Claims, "write", lambda *_, **__: False)

    with pytest.raises(ClaimInFlight):
        Reservations(jobs(), claims()).reserve(a_job(), "key-1")
    assert reservations().find("alice", "key-1") is None
