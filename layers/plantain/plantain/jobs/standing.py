"""What stands for the rows of a batch: many claims and their jobs read at once."""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, job_from, to_attributes
from plantain.job import Job
from plantain.jobs.records import job_key

AT_ONCE = 100  # keys of one BatchGetItem
_TRIES = 20


class Standing:
    """Claims and jobs, read by the hundred (strongly consistent)."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def jobs_of(self, claims: Iterable[str]) -> Mapping[str, Job]:
        """The jobs that these claims have made, by claim; claims that do not stand are left out."""
        made = {item["id"]: item["taskId"] for item in self._items(claims)}
        jobs = {item["taskId"]: job_from(item) for item in self._items(map(job_key, made.values()))}
        return {claim: jobs[task_id] for claim, task_id in made.items() if task_id in jobs}

    def _items(self, ids: Iterable[str]) -> Iterable[dict[str, Any]]:
        left: list[Any] = [to_attributes({"id": id}) for id in dict.fromkeys(ids)]
        for _ in range(_TRIES):
            if not left:
                return
            # What does not fit into an answer (16 MB) or its capacity is named in it, and asked for again.
            asked = {self._table: {"Keys": left[:AT_ONCE], "ConsistentRead": True}}
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            yield from map(from_attributes, answer["Responses"].get(self._table, []))
            unread = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            left = unread + left[AT_ONCE:]
        if left:
            raise TimeoutError("DynamoDB leaves too many reads unprocessed.")


@cache
def standing() -> Standing:
    """The configured table, reached at first use."""
    return Standing(os.environ["JOBS_TABLE"], client("dynamodb"))
