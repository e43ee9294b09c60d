"""Deploys a SAM template into the embedded AWS, as `sam deploy` would into the real one."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.aws.artifacts import BUCKET, ArtifactStore
from local.aws.emulator import EmbeddedAws
from local.aws.sam import parameter_names, to_cloudformation

DEPLOY_SECONDS = 120.0
_API_URL = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_UNUSABLE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


class DeployFailed(Exception):
    """CloudFormation gave up; the message names each resource that failed and why."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack. `resources` maps logical to physical ids; URLs in `outputs` lead to the emulator."""

    name: str
    outputs: dict[str, str]
    resources: dict[str, str]
    api_url: str


def deploy(
    aws: EmbeddedAws,
    template: Path,
    stack_name: str = "plantain",
    parameters: Mapping[str, str] | None = None,
    layer_dirs: Mapping[str, Path] | None = None,
) -> Stack:
    """Create the stack, or update it where it exists, and wait until that is done.

    `layer_dirs` maps a layer's logical id to a folder, with python/ in it, that was built already.
    Raises DeployFailed; ValueError for a parameter or layer that does not fit the template.
    """
    given = dict(parameters or {})
    if unknown := sorted(given.keys() - parameter_names(template)):
        raise ValueError(f"{template.name} has no parameter {', '.join(unknown)}")
    s3 = aws.client("s3")
    body = json.dumps(to_cloudformation(template, given, ArtifactStore(s3), layer_dirs or {}))
    s3.put_object(Bucket=BUCKET, Key=f"{stack_name}.template", Body=body)
    cloudformation = aws.client("cloudformation")
    _create_or_update(
        cloudformation,
        StackName=stack_name,
        TemplateURL=f"{aws.endpoint}/{BUCKET}/{stack_name}.template",
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    description = _wait(cloudformation, stack_name)
    return _stack(cloudformation, description, aws.endpoint)


def _create_or_update(cloudformation: Any, **request: Any) -> None:
    status = _status(cloudformation, request["StackName"])
    if status in _UNUSABLE:
        cloudformation.delete_stack(StackName=request["StackName"])
        while _status(cloudformation, request["StackName"]) not in (None, "DELETE_COMPLETE"):
            time.sleep(0.05)
        status = None
    if status in (None, "DELETE_COMPLETE"):
        cloudformation.create_stack(**request)
        return
    try:
        cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


def _status(cloudformation: Any, stack_name: str) -> str | None:
    try:
        return str(cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _wait(cloudformation: Any, stack_name: str) -> dict[str, Any]:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while time.monotonic() < deadline:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        if stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return stack
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            raise DeployFailed(_reasons(cloudformation, stack))
        time.sleep(0.03)
    raise DeployFailed(f"stack {stack_name} was not deployed within {DEPLOY_SECONDS:.0f} s")


def _reasons(cloudformation: Any, stack: Mapping[str, Any]) -> str:
    events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
    lines = [
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): "
        f"{event.get('ResourceStatusReason', 'no reason given')}"
        for event in failed
    ]
    head = f"stack {stack['StackName']} ended as {stack['StackStatus']}: {stack.get('StackStatusReason', '')}"
    return "\n".join([head, *dict.fromkeys(lines)])


def _stack(cloudformation: Any, description: Mapping[str, Any], endpoint: str) -> Stack:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=description["StackName"])
    summaries = [summary for page in pages for summary in page["StackResourceSummaries"]]
    resources = {s["LogicalResourceId"]: s["PhysicalResourceId"] for s in summaries}
    apis = [s["PhysicalResourceId"] for s in summaries if s["ResourceType"] == "AWS::ApiGatewayV2::Api"]
    outputs = {
        output["OutputKey"]: _API_URL.sub(lambda found: _api_url(endpoint, found[1]), output["OutputValue"])
        for output in description.get("Outputs", [])
    }
    return Stack(description["StackName"], outputs, resources, _api_url(endpoint, apis[0]) if apis else "")


def _api_url(endpoint: str, api_id: str) -> str:
    """Without the stage $default, as in AWS: a shell would take that for a variable."""
    return f"{endpoint}/_aws/execute-api/{api_id}"
