"""A stage of samconfig.toml, and the stack that it has in AWS."""

import os
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Stage:
    """What samconfig.toml says of it: `parameters` of the template, and the folder its artifacts are put in."""

    name: str
    stack: str
    artifacts: str
    parameters: dict[str, str]


def stage(name: str) -> Stage:
    """Raises SystemExit for a stage that samconfig.toml does not have."""
    known = {
        key: value
        for key, value in tomllib.loads((ROOT / "samconfig.toml").read_text()).items()
        if key != "version"
    }
    deploy = known.get(name, {}).get("deploy", {}).get("parameters")
    if deploy is None:
        stages = ", ".join(key for key, value in known.items() if "deploy" in value)
        raise SystemExit(f"samconfig.toml has no stage {name!r}: it has {stages}.")
    parameters = dict(pair.split("=", 1) for pair in shlex.split(deploy.get("parameter_overrides", "")))
    return Stage(name, deploy["stack_name"], deploy["s3_prefix"], parameters)


def region() -> str:
    """AWS_REGION, else AWS_DEFAULT_REGION, else the AWS profile's. Raises SystemExit when none of them names one.

    boto3 and SAM do not know AWS_REGION, which Lambda, most tools of AWS and `plantain keys` go by.
    """
    found = os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not found:
        raise SystemExit("No AWS region is set: AWS_REGION=… names it, or that of your AWS profile (AWS_PROFILE).")
    return found


def client(service: str) -> Any:
    """In the stage's region, with the credentials of whoever runs this."""
    make: Any = boto3.client
    return make(service, region_name=region())


@contextmanager
def explained() -> Iterator[None]:
    """What AWS refuses, in a line instead of a traceback."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(f"AWS: {error}") from None


def described(stack: str) -> dict[str, Any] | None:
    """The stack by its name or id, None where there is none (any more)."""
    try:
        found: dict[str, Any] = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return found


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters(stack: dict[str, Any]) -> dict[str, str]:
    return {given["ParameterKey"]: given["ParameterValue"] for given in stack.get("Parameters", [])}


def resources(stack: dict[str, Any]) -> dict[str, str]:
    """Physical ids by logical ones. Those that a failed creation never made, or has removed, are not among them.

    Unlike outputs, which only a stack has whose creation succeeded.
    """
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack["StackId"])
    return {
        summary["LogicalResourceId"]: summary["PhysicalResourceId"]
        for page in pages
        for summary in page["StackResourceSummaries"]
        if summary.get("PhysicalResourceId") and summary["ResourceStatus"] != "DELETE_COMPLETE"
    }
