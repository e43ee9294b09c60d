"""Makes API keys, for the stack that runs on this machine or for one in AWS."""

import json
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION
from local.up import RUNNING
from plantain.api_keys import ApiKeys

TABLE_OUTPUT = "ApiKeysTableName"


def make_key(name: str, stack: str = "") -> int:
    """Make a key for the caller `name` and print it, this once. `stack` names a stack in AWS."""
    try:
        table, dynamodb = _in_aws(stack) if stack else _on_this_machine()
        key = ApiKeys(table, dynamodb).create(name)
    except (ValueError, BotoCoreError, ClientError) as error:
        raise SystemExit(f"No key was made: {error}") from None
    print(f"The API key of {name}, shown this once (only its hash is kept):\n\n  {key}\n")
    return 0


def _on_this_machine() -> tuple[str, Any]:
    if not RUNNING.exists():
        raise SystemExit("Nothing runs on this machine: `make up` first, or name a stack in AWS with STACK=…")
    running = json.loads(RUNNING.read_text())
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=running["endpoint"],
        region_name=REGION,
        aws_access_key_id=ADMIN_KEY,
        aws_secret_access_key=ADMIN_SECRET,
    )
    return running["table"], dynamodb


def _in_aws(stack: str) -> tuple[str, Any]:
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if TABLE_OUTPUT not in outputs:
        raise SystemExit(f"The stack {stack} is not Plantain: it has no output {TABLE_OUTPUT}.")
    return outputs[TABLE_OUTPUT], boto3.client("dynamodb")
