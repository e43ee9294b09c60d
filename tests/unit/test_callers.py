"""API keys, a caller's rate, and Kie.ai's own key."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from plantain.api_keys import Holder, api_keys
from plantain.errors import KieKeyMissing, TryAgainLater
from plantain.items import to_attributes
from plantain.kie.api_key import kie_key, reread_kie_key
from plantain.pace.caller_rate import CallerRate, caller_rate
from plantain.refusals import TooManyRequests
from plantain_client.operator.api_keys import ApiKeys
from tests.conftest import Cloud


def operators(cloud: Cloud) -> ApiKeys:
    """The keys as their operator has them: the one who makes them."""
    return ApiKeys("api-keys", cloud.dynamodb)


def test_a_key_names_its_caller_and_only_its_hash_is_kept(cloud: Cloud) -> None:
    key = operators(cloud).create("alice")

    assert api_keys().holder_of(key) == Holder("alice")
    assert key not in str(cloud.dynamodb.scan(TableName="api-keys"))


@pytest.mark.parametrize("operator", [True, False])
def test_a_key_is_an_operators_only_if_it_was_made_so(cloud: Cloud, operator: bool) -> None:
    key = operators(cloud).create("alice", operator=operator)

    assert api_keys().holder_of(key) == Holder("alice", is_operator=operator)


@pytest.mark.parametrize("said", ["true", 1, False, None])
def test_whatever_else_stands_there_makes_nobody_an_operator(cloud: Cloud, said: Any) -> None:
    key = operators(cloud).create("alice")
    (item,) = cloud.dynamodb.scan(TableName="api-keys")["Items"]
    cloud.dynamodb.put_item(TableName="api-keys", Item=item | to_attributes({"operator": said}))

    assert api_keys().holder_of(key) == Holder("alice")


def test_a_caller_may_have_two_keys(cloud: Cloud) -> None:
    first, second = operators(cloud).create("alice"), operators(cloud).create("alice")

    assert first != second
    assert api_keys().holder_of(first) == api_keys().holder_of(second) == Holder("alice")


@pytest.mark.parametrize("key", ["", "plantain_", "plantain_wrong", "x" * 5000, "ü"])
def test_a_wrong_key_is_nobodys(cloud: Cloud, key: str) -> None:
    operators(cloud).create("alice")

    assert api_keys().holder_of(key) is None


@pytest.mark.parametrize("name", ["", "Alice", "a b", "a#b", "-a", "a" * 65, "ä"])
def test_a_bad_name_gets_no_key(cloud: Cloud, name: str) -> None:
    with pytest.raises(ValueError, match="1 to 64 characters"):
        operators(cloud).create(name)

    assert cloud.dynamodb.scan(TableName="api-keys")["Count"] == 0


def test_a_caller_over_the_rate_is_told_when_to_come_back(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = CallerRate("jobs", cloud.dynamodb, limit=3)
    monkeypatch.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)
    for _ in range(3):
        told = rate.count("alice", None)
    assert told == {"RateLimit-Policy": '"caller";q=3;w=60', "RateLimit": '"caller";r=0;t=45'}

    with pytest.raises(TooManyRequests) as refused:
        rate.count("alice", None)
    rate.count("bob", None)

    assert refused.value.retry_after == 45
    counters = cloud.dynamodb.scan(TableName="jobs")["Items"]
    assert {item["expiresAt"]["N"] for item in counters} == {"1800000120"}  # once nobody can count there any more
    monkeypatch.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_060.0)
    assert rate.count("alice", None)["RateLimit"] == '"caller";r=2;t=60'


def test_a_table_that_cannot_be_written_is_no_caller_over_its_rate(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "UpdateItem")

    monkeypatch.setattr(cloud.dynamodb, "update_item", throttled)

    with pytest.raises(ClientError, match="ThrottlingException"):
        CallerRate("jobs", cloud.dynamodb, limit=3).count("alice", None)


def test_a_rate_of_zero_is_no_limit_and_no_write(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("CALLER_RATE_PER_MINUTE", "0")

    assert caller_rate().count("alice", None) == {}
    assert cloud.dynamodb.scan(TableName="jobs")["Count"] == 0


def test_the_rate_of_a_key_itself_wins_over_everybodys(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = CallerRate("jobs", cloud.dynamodb, limit=1)
    monkeypatch.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)
    rate.count("alice", None)

    assert rate.count("alice", 3)["RateLimit"] == '"caller";r=1;t=45'
    assert rate.count("alice", 0) == {}
    with pytest.raises(TooManyRequests):
        rate.count("alice", None)


@pytest.mark.parametrize("rate", [120, 0, None])
def test_a_key_has_the_rate_that_it_was_made_with(cloud: Cloud, rate: int | None) -> None:
    key = operators(cloud).create("alice", rate=rate)

    assert api_keys().holder_of(key) == Holder("alice", rate=rate)


def test_kies_key_is_read_once_and_again_on_demand(cloud: Cloud) -> None:
    assert kie_key() == "kie-key"
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=" new-key\n")
    assert kie_key() == "kie-key"
    assert reread_kie_key() == "new-key"
    assert kie_key() == "new-key"


def test_a_blank_or_missing_secret_is_a_missing_key(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=" ")
    with pytest.raises(KieKeyMissing):
        kie_key()
    settings.setenv("KIE_SECRET_ARN", "no-such-secret")
    with pytest.raises(KieKeyMissing):
        kie_key()


@pytest.mark.parametrize("pasted", ["Bearer key", "key\nkey", "key’", "ключ"])
def test_a_key_that_cannot_be_sent_is_a_missing_key(cloud: Cloud, pasted: str) -> None:
    cloud.secrets.put_secret_value(SecretId="kie-key", SecretString=pasted)

    with pytest.raises(KieKeyMissing):
        kie_key()


def test_a_secret_about_to_be_deleted_is_a_missing_key(cloud: Cloud) -> None:
    cloud.secrets.delete_secret(SecretId="kie-key")

    with pytest.raises(KieKeyMissing):
        kie_key()


def test_a_key_that_cannot_be_read_for_the_moment_is_read_again_later(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: str) -> Any:
        raise EndpointConnectionError(endpoint_url="https://secretsmanager.test")

    monkeypatch.setattr("plantain.kie.api_key.client", failing)

    with pytest.raises(TryAgainLater):
        kie_key()


def test_a_key_in_the_environment_comes_first(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("KIEAI_API_KEY", "local-key")

    assert kie_key() == "local-key"
