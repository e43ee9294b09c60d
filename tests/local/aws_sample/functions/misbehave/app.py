"""Does to its process what the event asks for."""

import ctypes
import os
import time
from typing import Any

import boto3

calls = 0


def handler(event: dict[str, Any], context: Any) -> Any:
    global calls
    calls += 1
    match event["do"]:
        case "raise":
            raise KeyError("x")
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "sleep":
            time.sleep(event["seconds"])
        case "environment":
            return dict(os.environ)
        case "read":
            return boto3.client("dynamodb").get_item(TableName=event["table"], Key={"id": {"S": "1"}}).get("Item")
        case "write":
            boto3.client("dynamodb").put_item(TableName=event["table"], Item={"id": {"S": "1"}})
        case "upload":
            boto3.client("s3").put_object(Bucket=event["bucket"], Key="a", Body=b"b")
        case "print":
            print("a line", event["word"])
        case "large":
            return "x" * event["bytes"]
        case "import":
            __import__(event["module"])
    return {"pid": os.getpid(), "calls": calls, "left": context.get_remaining_time_in_millis(),
            "arn": context.invoked_function_arn}
