"""Writes down how an execution ended."""

import os
from typing import Any

import boto3


def handler(event: dict[str, Any], _context: object) -> None:
    name, status = event["detail"]["name"], event["detail"]["status"]
    boto3.resource("dynamodb").Table(os.environ["TABLE"]).put_item(Item={"id": f"{name}/{status}"})
