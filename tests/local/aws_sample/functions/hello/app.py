"""Answers an HTTP call with what it saw of it."""

import json
import os
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    authorizer = event["requestContext"].get("authorizer") or {}
    caller = authorizer.get("lambda", {}).get("caller")
    seen = {"path": event["rawPath"], "caller": caller, "pid": os.getpid()}
    if event.get("queryStringParameters", {}).get("fail"):
        raise RuntimeError("a secret detail")
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}
