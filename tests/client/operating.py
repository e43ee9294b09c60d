"""A small stack in AWS whose functions answer as a test says."""

import io
import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

REGION = "eu-central-1"
STACK = "plantain"
QUEUE = "dead-letters"
FUNCTIONS = (
    *("ListUnknownFunction", "AdoptJobFunction", "ResendJobFunction", "RedriveJobFunction", "DismissJobFunction"),
    *("OnUploadFunction", "RunScheduleFunction"),
)


class Resources:
    """In the place of CloudFormation: two pages of what the stack has made."""

    def __init__(self, queue_url: str) -> None:
        self._pages = [{"DeadLetters": queue_url}, {name: f"{STACK}-{name}-1A2B" for name in FUNCTIONS}]

    def get_paginator(self, operation: str) -> "Resources":
        assert operation == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803 (boto3's)
        if StackName != STACK:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "ListStackResources")
        for page in self._pages:
            rows = [{"LogicalResourceId": name, "PhysicalResourceId": made} for name, made in page.items()]
            yield {"StackResourceSummaries": rows}


class Functions:
    """In the place of Lambda: `heard` are the calls, `answers` what a function says, each by its logical id."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.error: dict[str, str] | None = None

    def invoke(self, FunctionName: str, Payload: str, InvocationType: str = "") -> dict[str, Any]:  # noqa: N803
        logical = FunctionName.split("-")[1]
        self.heard.append((logical, json.loads(Payload)))
        said = self.error or self.answers.get(logical, {})
        return {"Payload": io.BytesIO(json.dumps(said).encode())} | (
            {"FunctionError": "Unhandled"} if self.error else {}
        )
