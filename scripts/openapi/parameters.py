"""Parameters, each described once."""

from typing import Any

from plantain.http.paging import DEFAULT_LIMIT, MAX_LIMIT
from plantain.job import STATES
from plantain.schedules.schedule import SCHEDULE_NAME as _SCHEDULE
from plantain.spending.usage_question import GROUPS, MAX_DAYS
from plantain.wishes.preset_wish import PRESET
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
LIMIT: Described = {
    "name": "limit",
    "in": "query",
    "description": "At most so many tasks a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "example": DEFAULT_LIMIT,
}
RUNS_LIMIT: Described = LIMIT | {"description": "At most so many runs a page."}
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
