"""Parameters and headers, each described once."""

from typing import Any

from functions.list_jobs.app import DEFAULT_LIMIT, MAX_LIMIT
from plantain.job import STATES
from plantain.schedules.schedule import SCHEDULE_NAME as _SCHEDULE
from plantain.spending.usage_question import GROUPS, MAX_DAYS
from plantain.wishes.wish import PRESET
from scripts.openapi.problems import BATCH_ID as _BATCH_ID
from scripts.openapi.problems import TASK_ID as _TASK_ID

Described = dict[str, Any]

_DAY = {"type": "string", "format": "date"}
_UUID = {"type": "string", "format": "uuid"}

TASK_ID: Described = {
    "name": "taskId",
    "in": "query",
    "required": True,
    "description": "The task, as `generateImage` named it.",
    "schema": _UUID,
    "example": _TASK_ID,
}
TASK_ID_IN_PATH: Described = TASK_ID | {"in": "path"}
PRESET_NAME: Described = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "The preset's name, or `name@version`.",
    "schema": {"type": "string", "pattern": f"^{PRESET}$"},
    "example": "quote-card",
}
SCHEDULE_NAME: Described = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "The schedule's name.",
    "schema": {"type": "string", "pattern": f"^{_SCHEDULE.pattern}$"},
    "example": "weekly-quote",
}
RUNS_LIMIT: Described = {
    "name": "limit",
    "in": "query",
    "description": "At most so many runs a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "example": DEFAULT_LIMIT,
}
LIMIT: Described = {
    "name": "limit",
    "in": "query",
    "description": "At most so many tasks a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "example": DEFAULT_LIMIT,
}
CURSOR: Described = {
    "name": "cursor",
    "in": "query",
    "description": "The `cursor` of the page before. Means nothing else and need not be read.",
    "schema": {"type": "string"},
    "example": "IjAxYTIwNmE2LWNjMDUtN2QxZC05ODc4LTc3YWYwNGU1NTdkNCI",
}
RUNS_CURSOR: Described = CURSOR | {"example": "2026-11-23T08:00:00Z"}
STATE: Described = {
    "name": "state",
    "in": "query",
    "description": "Only tasks in this state.",
    "schema": {"type": "string", "enum": list(STATES)},
    "example": "success",
}
DRY_RUN: Described = {
    "name": "dryRun",
    "in": "query",
    "description": "`true`: only say what it would come to, as `estimateImage` does.",
    "schema": {"type": "boolean", "default": False},
    "example": False,
}
FIRST_DAY: Described = {
    "name": "from",
    "in": "query",
    "description": "The first day, in UTC; by default the first of the month of `to`. "
    f"At most {MAX_DAYS} days are told of at once.",
    "schema": _DAY,
    "example": "2026-11-01",
}
LAST_DAY: Described = {
    "name": "to",
    "in": "query",
    "description": "The last day, in UTC; by default today.",
    "schema": _DAY,
    "example": "2026-11-23",
}
GROUP_BY: Described = {
    "name": "groupBy",
    "in": "query",
    "description": "What the rows are. `preset` and `schedule` are for operators.",
    "schema": {"type": "string", "enum": list(GROUPS), "default": "day"},
    "example": "day",
}
IDEMPOTENCY_KEY: Described = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your name for this wish, bare or in double quotes: 1 to 255 visible ASCII characters. "
    "The same key and body give the same task for 7 days, without a second payment. A refusal is replayed as "
    "well: to try the same again use a new key. A task that failed at no cost keeps the key from no other body.",
    "schema": {"type": "string", "pattern": r'^(?!""$)([!-~]{1,255}|"[!-~]{1,255}")$'},
    "example": "order-4711",
}
BATCH_KEY: Described = IDEMPOTENCY_KEY | {
    "description": "Your name for this order, bare or in double quotes: 1 to 255 visible ASCII characters. "
    "The same key and body give the same batch for 7 days.",
}
BATCH_ID: Described = {
    "name": "batchId",
    "in": "path",
    "required": True,
    "description": "The batch, as `submitBatch` named it, or the text that was written about a dropped file.",
    "schema": _UUID,
    "example": _BATCH_ID,
}
IF_NONE_MATCH: Described = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of the document you have: 304 if it is still this one.",
    "schema": {"type": "string"},
}

HEADERS: dict[str, Described] = {
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
        "example": f"/api/images/status?taskId={_TASK_ID}",
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
