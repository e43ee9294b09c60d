"""A small AWS for each test, and nothing that one test leaves to the next."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from plantain.aws import client
from plantain.kie.callback_base import callback_base

ROOT = Path(__file__).parent.parent
REGION = "eu-central-1"

# No test may fail because a machine is slow.
hypothesis_settings.register_profile("plantain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("plantain")

SETTINGS = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "plantain",
    "JOBS_TABLE": "jobs",
    "API_KEYS_TABLE": "api-keys",
    "IMAGES_BUCKET": "images",
    "INBOX_BUCKET": "inbox",
    "KIE_MODEL": "nano-banana-pro",
    "KIE_PRICES": '{"asOf": "2026-07-01", "usdPerCredit": 0.005, "credits": {"nano-banana-pro": {"1K": 18, '
    '"2K": 18, "4K": 24}, "nano-banana-2": {"1K": 8, "2K": 12, "4K": 18}}}',
    "KIE_BASE_URL": "https://kie.test",
    "KIE_SECRET_ARN": "kie-key",
    "TRUSTED_ORIGINS": "",
    "CALLER_RATE_PER_MINUTE": "1000",
    "INPUT_HANDOVER": "link",
    "KIE_UPLOAD_URL": "https://kie-files.test",
    "CREATES_PER_TEN_SECONDS": "18",
    "POLL_INTERVAL_SECONDS": "3",
    "POLL_ATTEMPTS": "90",
    "LATE_POLL_INTERVAL_SECONDS": "30",
    "LATE_POLL_MINUTES": "1440",
    "SAFETY_POLL_SECONDS": "60",
    "UNKNOWN_MINUTES": "15",
    "CALLBACK_PARAMETER": "/plantain/callback-base-url",
    "KIE_WEBHOOK_SECRET_ARN": "",
    "SCHEDULE_GROUP": "schedules",
    "RUN_SCHEDULE_ARN": "arn:aws:lambda:eu-central-1:123456789012:function:run-schedule",
    "SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "DEAD_LETTERS_ARN": "arn:aws:sqs:eu-central-1:123456789012:dead-letters",
    "SCHEDULED_EXPRESSION": "",
    "SCHEDULED_TIMEZONE": "UTC",
    "SCHEDULED_REQUEST": "",
    "BUDGETS": "{}",
    "BATCH_CONCURRENCY": "40",
    "BATCH_CONFIRM_USD": "20",
}


@dataclass(frozen=True)
class Cloud:
    """The pieces of AWS that the stack has, empty."""

    dynamodb: Any
    s3: Any
    secrets: Any
    ssm: Any

    def rings_at(self, base: str) -> None:
        """Kie.ai reaches the stack there; "none" if it cannot, which is how a test begins."""
        self.ssm.put_parameter(Name="/plantain/callback-base-url", Value=base, Type="String", Overwrite=True)
        callback_base.cache_clear()


def forget_cached() -> None:
    """Clear every cached function of ours but the AWS clients: those hold nothing, and are slow to make."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("plantain", "functions"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear") and value is not client:
                    value.cache_clear()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "KIEAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    forget_cached()
    yield monkeypatch
    forget_cached()


@pytest.fixture
def cloud(settings: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with mock_aws():
        dynamodb_answers_one_at_a_time(settings)
        yield make_cloud()


def dynamodb_answers_one_at_a_time(patch: pytest.MonkeyPatch) -> None:
    """DynamoDB's items and transactions are serializable; moto's are Python objects that threads would share."""
    real, one_at_a_time = DynamoHandler.call_action, Lock()

    def call_action(handler: DynamoHandler) -> Any:
        with one_at_a_time:
            return real(handler)

    patch.setattr(DynamoHandler, "call_action", call_action)


def make_cloud() -> Cloud:
    made = Cloud(
        client("dynamodb"),
        client("s3"),
        client("secretsmanager"),
        client("ssm"),
    )
    made.rings_at("none")
    made.dynamodb.create_table(
        TableName="jobs",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            *(
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("id", "caller", "taskId", "group", "member", "open")
            ),
            {"AttributeName": "createdAt", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "byCaller",
                "KeySchema": [
                    {"AttributeName": "caller", "KeyType": "HASH"},
                    {"AttributeName": "taskId", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": "byGroup",
                "KeySchema": [
                    {"AttributeName": "group", "KeyType": "HASH"},
                    {"AttributeName": "member", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": "byOpen",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "createdAt", "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": ["taskId", "unknownSince", "kieTaskId", "failure"],
                },
            },
        ],
    )
    made.dynamodb.create_table(
        TableName="api-keys",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "keyHash", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "keyHash", "KeyType": "HASH"}],
    )
    for bucket in ("images", "inbox"):
        made.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        made.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made.secrets.create_secret(Name="kie-key", SecretString="kie-key")
    return made
