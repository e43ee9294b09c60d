"""Finds what an operator needs of a stack in AWS, and says in words why that cannot be done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from plantain_client.operator.api_keys import ApiKeys
from plantain_client.operator.dead_letters import DeadLetters
from plantain_client.operator.pause import Pause
from plantain_client.operator.verbs import READ_SECONDS, Verbs

KEYS_OUTPUT = "ApiKeysTableName"
JOBS_OUTPUT = "JobsTableName"
_FIND = "cloudformation:DescribeStacks on the stack"
KEYS_NEED = f"{_FIND}, and dynamodb:PutItem, Scan and DeleteItem on its table of keys"
PAUSE_NEEDS = f"{_FIND}, and dynamodb:GetItem and UpdateItem on its table of jobs"
_VERBS_NEED = "cloudformation:ListStackResources on the stack, and lambda:InvokeFunction on its functions"
_LETTERS_NEED = (
    f"{_VERBS_NEED}; sqs:ReceiveMessage, DeleteMessage and ChangeMessageVisibility on its queue DeadLetters"
)


class CannotReach(Exception):
    """AWS cannot be asked, or refuses; `advice` says what to do.

    `may_be_done`: what was asked of AWS may have been done all the same, for nobody has heard.
    """

    def __init__(self, what: str, advice: str, *, may_be_done: bool = False) -> None:
        super().__init__(what)
        self.advice = advice
        self.may_be_done = may_be_done


def api_keys_of(stack: str, table: str | None = None) -> ApiKeys:
    """The keys of a stack, or those in the table named. Raises CannotReach; `in_words` does it for their calls."""
    with in_words():
        return ApiKeys(table or _table_of(stack, KEYS_OUTPUT), _client("dynamodb"))


def pause_of(stack: str, table: str | None = None) -> Pause:
    """The pause of a stack, or that in the table of jobs named. Raises CannotReach, as `api_keys_of`."""
    with in_words(PAUSE_NEEDS):
        return Pause(table or _table_of(stack, JOBS_OUTPUT), _client("dynamodb"))


@contextmanager
def verbs_of(stack: str) -> Iterator[Verbs]:
    """What an operator may do to the jobs of a stack. Raises CannotReach, also for what is done within."""
    with in_words(_VERBS_NEED):
        yield Verbs(_resources_of(stack, "ListUnknownFunction"), _client("lambda", read_seconds=READ_SECONDS))


@contextmanager
def dead_letters_of(stack: str) -> Iterator[DeadLetters]:
    """What a stack could not process. Raises CannotReach, also for what is done within."""
    with in_words(_LETTERS_NEED):
        yield DeadLetters(_resources_of(stack, "DeadLetters"), _client("sqs"), _client("lambda"))


@contextmanager
def in_words(needed: str = KEYS_NEED) -> Iterator[None]:
    """Turns the errors of boto3 into CannotReach; `needed` are the permissions for what is done."""
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
        raise CannotReach("boto3 is not installed, which is needed to speak to AWS.", advice) from None
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        advice = "Sign in (aws sso login), set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        raise CannotReach(f"There are no AWS credentials: {error}", advice) from None
    except NoRegionError:
        raise CannotReach("No AWS region is set.", "Set AWS_REGION to the region of the stack.") from None
    except ClientError as error:
        raise _refusal(error.response["Error"], error.operation_name, needed) from None
    except BotoCoreError as error:
        advice = "Check credentials, profile and network."
        raise CannotReach(f"AWS cannot be asked: {error}", advice, may_be_done=True) from None


def _table_of(stack: str, output_name: str) -> str:
    described = _client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if output_name not in outputs:
        advice = "Name Plantain's own stack with --stack, or its table with --table."
        raise CannotReach(f"The stack {stack} is not Plantain: it has no output {output_name}.", advice)
    return str(outputs[output_name])


def _resources_of(stack: str, named: str) -> dict[str, str]:
    """The stack's resources by their logical ids; `named` is one that Plantain has."""
    pages = _client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    rows = (row for page in pages for row in page["StackResourceSummaries"])
    found = {row["LogicalResourceId"]: str(row.get("PhysicalResourceId", "")) for row in rows}
    if named not in found:
        advice = "Name Plantain's own stack with --stack; if it is of an earlier version, deploy it anew."
        raise CannotReach(f"The stack {stack} has no {named}.", advice)
    return found


def _refusal(error: Any, operation: str, needed: str) -> CannotReach:
    code, message = error.get("Code", ""), error.get("Message", "")
    if code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
        return CannotReach(f"AWS does not allow {operation}: {message}", f"These credentials need {needed}.")
    if code in ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"):
        return CannotReach(f"AWS does not accept the credentials: {message}", "Sign in again (aws sso login).")
    if code == "ValidationError" and "does not exist" in message:
        return CannotReach(message, "Name the stack with --stack, and check account and region (AWS_REGION).")
    if code == "ResourceNotFoundException":
        return CannotReach("There is no such table.", "Check --table, account and region (AWS_REGION).")
    advice = "Check account, region and credentials."
    return CannotReach(f"AWS refused {operation}: {code} {message}", advice, may_be_done=True)


def _client(service: str, *, read_seconds: int = 60) -> Any:
    import boto3
    from botocore.config import Config

    make: Any = boto3.client  # one signature rather than one per service
    # boto3 itself reads AWS_DEFAULT_REGION and profiles only.
    config = Config(read_timeout=read_seconds)
    return make(service, region_name=os.environ.get("AWS_REGION") or None, config=config)
