"""Finds the table of keys of a stack in AWS, and says in words why that cannot be done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from plantain_client.operator.api_keys import ApiKeys

TABLE_OUTPUT = "ApiKeysTableName"


class CannotReach(Exception):
    """AWS cannot be asked, or refuses; `advice` says what to do."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.advice = advice


def api_keys_of(stack: str, table: str | None = None) -> ApiKeys:
    """The keys of a stack, or those in the table named. Raises CannotReach; `in_words` does it for their calls."""
    with in_words():
        return ApiKeys(table or _table_of(stack), _client("dynamodb"))


@contextmanager
def in_words() -> Iterator[None]:
    """Turns the errors of boto3 into CannotReach."""
    try:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            NoRegionError,
            PartialCredentialsError,
        )
    except ModuleNotFoundError:
        advice = "Install it beside this command: pip install boto3"
        raise CannotReach("boto3 is not installed, which `plantain keys` needs to speak to AWS.", advice) from None
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        advice = "Sign in (aws sso login), set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        raise CannotReach(f"There are no AWS credentials: {error}", advice) from None
    except NoRegionError:
        raise CannotReach("No AWS region is set.", "Set AWS_REGION to the region of the stack.") from None
    except ClientError as error:
        raise _refusal(error.response["Error"], error.operation_name) from None
    except BotoCoreError as error:
        raise CannotReach(f"AWS cannot be asked: {error}", "Check credentials, profile and network.") from None


def _table_of(stack: str) -> str:
    described = _client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if TABLE_OUTPUT not in outputs:
        advice = "Name Plantain's own stack with --stack, or its table with --table."
        raise CannotReach(f"The stack {stack} is not Plantain: it has no output {TABLE_OUTPUT}.", advice)
    return str(outputs[TABLE_OUTPUT])


def _refusal(error: Any, operation: str) -> CannotReach:
    code, message = error.get("Code", ""), error.get("Message", "")
    if code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
        advice = (
            "These credentials need cloudformation:DescribeStacks on the stack, and dynamodb:PutItem, Scan and "
            "DeleteItem on its table of keys."
        )
        return CannotReach(f"AWS does not allow {operation}: {message}", advice)
    if code in ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"):
        return CannotReach(f"AWS does not accept the credentials: {message}", "Sign in again (aws sso login).")
    if code == "ValidationError" and "does not exist" in message:
        return CannotReach(message, "Name the stack with --stack, and check account and region (AWS_REGION).")
    if code == "ResourceNotFoundException":
        return CannotReach("There is no such table.", "Check --table, account and region (AWS_REGION).")
    return CannotReach(f"AWS refused {operation}: {code} {message}", "Check account, region and credentials.")


def _client(service: str) -> Any:
    import boto3

    make: Any = boto3.client  # one signature rather than one per service
    # boto3 itself reads AWS_DEFAULT_REGION and profiles only.
    return make(service, region_name=os.environ.get("AWS_REGION") or None)
