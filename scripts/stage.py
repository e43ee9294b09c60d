"""A stage of samconfig.toml, and the stack that it has in AWS."""

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
    parameters = dict(pair.split("=", 1) for pair in deploy.get("parameter_overrides", "").split())
    return Stage(name, deploy["stack_name"], deploy["s3_prefix"], parameters)


def client(service: str) -> Any:
    """In the region and with the credentials of whoever runs this."""
    make: Any = boto3.client
    return make(service)


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


def resource(stack: dict[str, Any], logical_id: str) -> str | None:
    """The physical id, None for a resource that the stack does not have."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack["StackId"])
    for page in pages:
        for summary in page["StackResourceSummaries"]:
            if summary["LogicalResourceId"] == logical_id:
                return str(summary["PhysicalResourceId"])
    return None
