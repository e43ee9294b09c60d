"""The exact bodies and texts of Kie.ai, as read in recorded traffic (shared fact sheet of the API)."""

import json
from datetime import UTC, datetime
from typing import Any

from local.twin.exchange import Answer, json_answer
from local.twin.settings import Settings
from local.twin.timeline import Seen, Task

UNAUTHORIZED = (
    "Unauthorized – Authentication failed. Please check that your Authorization and Content-Type headers"
    " are correctly set."
)
UNAUTHORIZED_OLD = "You do not have access permissions"
MODEL_UNKNOWN = (
    "The model name you specified is not supported. Please verify your input and use one of the supported"
    " models provided by KIE."
)
REQUIRED = "This field is required"
TOO_LONG = "The text length cannot exceed the maximum limit"
NO_CREDITS = (
    "Credits insufficient : Your current balance isn’t enough to run this request. Please top up to continue."
)
NO_CREDITS_OLD = "The current credits are insufficient. Please top up."
TOO_OFTEN = "Your call frequency is too high. Please try again later."
SUB_KEY_LIMIT = "Sub-key Usage Exceeds Limit"
MAINTENANCE = "The service is under maintenance. Please try again later."  # only the code is documented
EXCEPTION = "Server exception, please try again later or contact customer service"
RECORD_NULL = "recordInfo is null"
NO_TASK_ID = "taskId parameter is required"
URL_WRONG = "url is wrong"

EDGE_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>"
    b"</center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
)


def not_in_range(field: str) -> str:
    return f"{field} is not within the range of allowed options"


def ok(data: object) -> Answer:
    return json_answer({"code": 200, "msg": "success", "data": data})


def refused(code: int, msg: str) -> Answer:
    """HTTP 200 with the real code in the body; a 401 has no `data` key."""
    return json_answer({"code": code, "msg": msg} if code == 401 else {"code": code, "msg": msg, "data": None})


def spring_error(status: int, error: str, path: str, message: str = "No message available") -> Answer:
    """The body Spring gives to a real HTTP error."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json_answer(
        {"timestamp": stamp, "status": status, "error": error, "message": message, "path": path}, status
    )


def edge_page(status: int = 502) -> Answer:
    return Answer(status, EDGE_PAGE, "text/html")


def created(task_id: str) -> Answer:
    return ok({"taskId": task_id, "recordId": task_id})


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def param(task: Task) -> str:
    """JSON in a string, whose `input` is again JSON in a string."""
    value = {"input": _text(task.wish), "model": task.model.name}
    return _text({**value, "callBackUrl": task.call_back_url} if task.call_back_url else value)


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)


def record(task: Task, seen: Seen, result: object, settings: Settings) -> dict[str, Any]:
    """`data` of recordInfo. `result` is what resultJson holds. costTime is in seconds on the wire."""
    old = settings.fields == "old" or task.score.get("old-fields") is not None
    record: dict[str, Any] = {
        "taskId": task.task_id,
        "model": task.model.name,
        "state": seen.state,
        "param": param(task),
        "resultJson": result,
        "failCode": seen.failure[0] if seen.failure else None,
        "failMsg": seen.failure[1] if seen.failure else None,
        "costTime": None if seen.completed is None else int(seen.completed - task.created),
        "completeTime": _milliseconds(seen.completed),
        "createTime": _milliseconds(task.created),
    }
    return record if old else record | _since_september(task, seen, result)


def _since_september(task: Task, seen: Seen, result: object) -> dict[str, Any]:
    """The fields added in September 2026; the value of operationType is not recorded anywhere."""
    try:
        response = json.loads(result) if isinstance(result, str) else result
    except ValueError:
        response = None
    return {
        "creditsConsumed": 0.0 if seen.state == "fail" else task.credits,
        "operationType": "createTask",
        "successFlag": 1 if seen.state == "success" else 0,
        "paramJson": param(task),
        "response": response if seen.state == "success" else None,
    }


def callback(data: dict[str, Any]) -> dict[str, Any]:
    """The body posted to callBackUrl when the task is over."""
    if data["state"] == "success":
        return {"code": 200, "msg": "Playground task completed successfully.", "data": data}
    return {"code": 501, "msg": "Playground task failed.", "data": data}
