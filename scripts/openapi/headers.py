"""Headers of answers, each described once."""

from typing import Any

from scripts.openapi.problems import TASK_ID

HEADERS: dict[str, dict[str, Any]] = {
    "Cache-Control": {
        "description": "`no-store`: answers hold links that expire and states that change.",
        "schema": {"type": "string"},
        "example": "no-store",
    },
    "ETag": {
        "description": "Changes with the document.",
        "schema": {"type": "string"},
        "example": '"5a1f0c3e9b7d2846"',
    },
    "Idempotency-Replayed": {
        "description": "`true` when an earlier call with this `Idempotency-Key` made the task or the batch.",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
    "Location": {
        "description": "Where to look next. A path is one below the URL of this API.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": f"/api/images/status?taskId={TASK_ID}",
    },
    "RateLimit": {
        "description": "How many requests (`r`) the caller has left for how many seconds (`t`). "
        "Absent where there is no limit.",
        "schema": {"type": "string"},
        "example": '"caller";r=299;t=42',
    },
    "RateLimit-Policy": {
        "description": "How many requests (`q`) a caller has in how many seconds (`w`): the fields of "
        "draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
        "example": '"caller";q=300;w=60',
    },
    "Retry-After": {
        "description": "Ask again after so many seconds.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 3,
    },
}
