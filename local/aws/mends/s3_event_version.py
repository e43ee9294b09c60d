"""Fault: the event "Object Created" of a versioned bucket does not say which version was created.

Seam: s3._fire_s3_event(bucket, key, name, …, version_id=…), which knows it, and eventbridge._dispatch_event,
which sends what the first has made of it.
Delete this when `detail.object.version-id` arrives.
"""

import json
from contextvars import ContextVar
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace

_version: ContextVar[str | None] = ContextVar("version of the object an event is about", default=None)


def mend(_host: LambdaHost) -> None:
    def fire(original: Function) -> Function:
        def fire_event(*args: Any, version_id: str | None = None, **kwargs: Any) -> Any:
            token = _version.set(version_id)
            try:
                return original(*args, version_id=version_id, **kwargs)
            finally:
                _version.reset(token)

        return fire_event

    def dispatch(original: Function) -> Function:
        def dispatch_event(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
            if event.get("Source") == "aws.s3" and (version := _version.get()):
                detail = json.loads(event["Detail"])
                detail["object"]["version-id"] = version
                event = {**event, "Detail": json.dumps(detail)}
            return original(event, *args, **kwargs)

        return dispatch_event

    replace("services.s3", "_fire_s3_event", fire)
    replace("services.eventbridge", "_dispatch_event", dispatch)
