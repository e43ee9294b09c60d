"""Each test runs over the blocking and over the async client."""

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from plantain_client.operator import stack
from tests.client.operating import QUEUE, REGION, Functions, Resources
from tests.client.service import Service


@pytest.fixture(params=["blocking", "async"])
def service(request: Any) -> Service:
    return Service(request.param)


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine's clock shows UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with AWS credentials."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_REGION", REGION)


@pytest.fixture
def dynamodb(operator: None) -> Iterator[Any]:
    """The tables of keys and of jobs, in a small AWS."""
    with mock_aws():
        made = boto3.client("dynamodb", REGION)
        for table, key in (("keys", "keyHash"), ("jobs", "id")):
            made.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            )
        yield made


@pytest.fixture
def functions(operator: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    fake = Functions()
    with mock_aws():
        sqs = boto3.client("sqs", REGION)
        resources = Resources(sqs.create_queue(QueueName=QUEUE)["QueueUrl"])
        clients = {"cloudformation": resources, "lambda": fake, "sqs": sqs}
        monkeypatch.setattr(stack, "_client", lambda service, **_: clients[service])
        yield fake
