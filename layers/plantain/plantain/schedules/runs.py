"""The only module that knows the records of runs, in the jobs table: each planned time once, and their number."""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import now_ms
from plantain.jobs.members import INDEX
from plantain.schedules.run import Run, RunInFlight, RunState, Turn, moment_text, run_key
from plantain.schedules.run_item import group_of, item_of, run_in
from plantain.transactions import Cancelled, write_all


class Runs:
    """The table's runs."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def find(self, name: str, planned: dt.datetime) -> Run | None:
        """The run, if it was begun or skipped."""
        found = self._get(run_key(name, planned))
        return run_in(name, found) if found else None

    def turn(self, name: str) -> Turn:
        """How far the schedule is."""
        found = self._get(_turn_key(name))
        return Turn(found["runs"], dt.datetime.fromisoformat(found["last"])) if found else Turn()

    def skip(self, name: str, planned: dt.datetime, state: RunState, caller: str | None = None) -> Run:
        """Write down that it does not run; what another delivery has written stands."""
        run = Run(name, planned, state, now_ms(), caller=caller)
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=item_of(run), ConditionExpression="attribute_not_exists(id)"
            )
            return run
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return self._earlier(run)

    def begin(
        self, name: str, planned: dt.datetime, document: Mapping[str, Any], turn: Turn, caller: str | None = None
    ) -> Run:
        """Write the run and move on by one turn, both or neither; what another delivery has written stands.

        Raises RunInFlight if the schedule has moved on since `turn` was read.
        """
        run = Run(name, planned, "running", now_ms(), turn.runs, document, caller=caller)
        moved = "runs = :seen" if turn.runs else "attribute_not_exists(id)"
        try:
            write_all(
                self._dynamodb,
                [
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": item_of(run),
                            "ConditionExpression": "attribute_not_exists(id)",
                        }
                    },
                    {
                        "Update": {
                            "TableName": self._table,
                            "Key": to_attributes({"id": _turn_key(name)}),
                            "UpdateExpression": "SET runs = :runs, #last = :last",
                            "ConditionExpression": moved,
                            "ExpressionAttributeNames": {"#last": "last"},
                            "ExpressionAttributeValues": to_attributes(
                                {":runs": turn.runs + 1, ":last": moment_text(planned)}
                                | ({":seen": turn.runs} if turn.runs else {})
                            ),
                        }
                    },
                ],
            )
            return run
        except Cancelled:
            return self._earlier(run)

    def finish(
        self, run: Run, problems: Sequence[str], state: Literal["done", "skipped-budget"] = "done"
    ) -> RunState:
        """Every job was asked for that could be, or none for want of money; once more changes nothing."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key=to_attributes({"id": run.key}),
            UpdateExpression="SET #state = :done, problems = :problems REMOVE document",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=to_attributes({":done": state, ":problems": list(problems)}),
        )
        return state

    def page(self, name: str, limit: int, before: str | None = None, caller: str | None = None) -> list[Run]:
        """At most `limit` runs, the newest first; those planned before a time (UTC text) if one is given."""
        values = {":group": group_of(name, caller)} | ({":before": before} if before else {})
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression="#group = :group" + (" AND #member < :before" if before else ""),
            ExpressionAttributeNames={"#group": "group"} | ({"#member": "member"} if before else {}),
            ExpressionAttributeValues=to_attributes(values),
            ScanIndexForward=False,
            Limit=limit,
        )
        found = [self._get(from_attributes(item)["id"]) for item in answer["Items"]]
        return [run_in(name, values) for values in found if values]

    def _earlier(self, run: Run) -> Run:
        earlier = self.find(run.name, run.planned)
        if earlier is None:
            raise RunInFlight
        return earlier

    def _get(self, key: str) -> dict[str, Any] | None:
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"id": key}), ConsistentRead=True
        )
        return from_attributes(answer["Item"]) if "Item" in answer else None


def _turn_key(name: str) -> str:
    return f"turn#{name}"


@cache
def runs() -> Runs:
    """The configured jobs table, reached at first use."""
    return Runs(os.environ["JOBS_TABLE"], client("dynamodb"))
