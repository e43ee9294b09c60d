"""Lists a caller's jobs, newest first, page by page."""

import base64
import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, job_from, to_attributes
from plantain.job import Job, State, is_task_id
from plantain.jobs.records import job_key

INDEX = "byCaller"
# A rare state may need a long search; a page then ends early, with a cursor to go on from.
_MAX_QUERIES = 5


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs, and the cursor of the next page if there is one."""

    jobs: tuple[Job, ...]
    cursor: str | None


class BadCursor(ValueError):
    """The cursor is not one of ours for this caller."""


class Listing:
    """The jobs table's index by caller. Reads are eventually consistent."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def page(self, caller: str, *, limit: int, cursor: str | None = None, state: State | None = None) -> Page:
        """At most `limit` jobs of the caller. Raises BadCursor."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "caller = :caller",
            "ScanIndexForward": False,
        }
        values: dict[str, Any] = {":caller": caller}
        if state:
            query |= {"FilterExpression": "#state = :state", "ExpressionAttributeNames": {"#state": "state"}}
            values[":state"] = state
        query["ExpressionAttributeValues"] = to_attributes(values)

        found: list[Job] = []
        start = None if cursor is None else _position(cursor, caller)
        for _ in range(_MAX_QUERIES):
            if start:
                query["ExclusiveStartKey"] = start
            # One more than asked for, to know whether there is a next page at all.
            answer = self._dynamodb.query(**query, Limit=limit + 1 - len(found))
            found += [job_from(from_attributes(item)) for item in answer["Items"]]
            start = answer.get("LastEvaluatedKey")
            if not start or len(found) > limit:
                break
        if len(found) > limit:
            return Page(tuple(found[:limit]), _cursor(found[limit - 1].task_id))
        return Page(tuple(found), _cursor(from_attributes(start)["taskId"]) if start else None)


def _cursor(task_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(task_id).encode()).decode().rstrip("=")


def _position(cursor: str, caller: str) -> dict[str, Any]:
    """Where to go on. The caller is ours, never the cursor's: a foreign cursor opens no other list."""
    try:
        task_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadCursor from None
    if not isinstance(task_id, str) or not is_task_id(task_id):
        raise BadCursor
    return to_attributes({"id": job_key(task_id), "caller": caller, "taskId": task_id})


@cache
def listing() -> Listing:
    """The configured jobs table, reached at first use."""
    return Listing(os.environ["JOBS_TABLE"], client("dynamodb"))
