"""Does to its process what the event asks for."""

import ctypes
import importlib
import os
import time
from collections.abc import Callable
from typing import Any

import boto3

calls = 0


def fail(_event: dict[str, Any]) -> None:
    raise KeyError("x")


def read(event: dict[str, Any]) -> Any:
    return boto3.client("dynamodb").get_item(TableName=event["table"], Key={"id": {"S": "1"}}).get("Item")


DEEDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing": lambda _event: None,
    "raise": fail,
    "exit": lambda _event: os._exit(3),
    "segfault": lambda _event: ctypes.string_at(0),
    "sleep": lambda event: time.sleep(event["seconds"]),
    "environment": lambda _event: dict(os.environ),
    "read": read,
    "write": lambda event: boto3.resource("dynamodb").Table(event["table"]).put_item(Item={"id": "1"}),
    "upload": lambda event: boto3.client("s3").put_object(Bucket=event["bucket"], Key="a", Body=b"b")["ETag"],
    "schedule": lambda event: boto3.client("scheduler").get_schedule(GroupName=event["group"], Name="none"),
    "print": lambda event: print("a line", event["word"]),
    "large": lambda event: "x" * event["bytes"],
    "import": lambda event: str(importlib.import_module(event["module"])),
}


def handler(event: dict[str, Any], context: Any) -> Any:
    global calls
    calls += 1
    done = DEEDS[event["do"]](event)
    about = {"pid": os.getpid(), "calls": calls, "left": context.get_remaining_time_in_millis()}
    return done if event["do"] in ("read", "environment", "large") else about
