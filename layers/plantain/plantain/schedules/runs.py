"""Keeps the runs of schedules in the jobs table: each planned time once, and how many there were."""

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import now_ms
from plantain.jobs.members import INDEX
from plantain.schedules.run import Run, RunInFlight, RunState, Turn
from plantain.schedules.run_id import moment_text, run_key, runs_group
from plantain.transactions import Cancelled, write_all


class Runs:
    """The table's runs."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def find(self, name: str, planned: dt.datetime) -> Run | None:
        """The run, if it was begun or skipped."""
        found = self._get(run_key(name, planned))
        return _run(name, found) if found else None

    def turn(self, name: str) -> Turn:
        """How far the schedule is."""
        found = self._get(_turn_key(name))
        return Turn(found["runs"], found["last"]) if found else Turn()

    def skip(self, name: str, planned: dt.datetime, state: RunState, caller: str | None = None) -> Run:
        """Write down that it does not run; what another delivery has written stands."""
        run = Run(name, moment_text(planned), state, now_ms(), caller=caller)
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=_item(run), ConditionExpression="attribute_not_exists(id)"
            )
            return run
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        return self._earlier(name, planned)

    def begin(
        self, name: str, planned: dt.datetime, document: Mapping[str, Any], turn: Turn, caller: str | None = None
    ) -> Run:
        """Write the run and move on by one turn, both or neither; what another delivery has written stands.

        Raises RunInFlight if the schedule has moved on since `turn` was read.
        """
        run = Run(name, moment_text(planned), "running", now_ms(), turn.runs, document, caller=caller)
        moved = "runs = :seen" if turn.runs else "attribute_not_exists(id)"
        try:
            write_all(
                self._dynamodb,
                [
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": _item(run),
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
                                {":runs": turn.runs + 1, ":last": run.planned}
                                | ({":seen": turn.runs} if turn.runs else {})
                            ),
                        }
                    },
                ],
            )
            return run
        except Cancelled:
            return self._earlier(name, planned)

    def finish(
        self, run: Run, problems: Sequence[str], state: Literal["done", "skipped-budget"] = "done"
    ) -> RunState:
        """Every job was asked for that could be, or none for want of money; once more changes nothing."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key=to_attributes({"id": run_key(run.name, dt.datetime.fromisoformat(run.planned))}),
            UpdateExpression="SET #state = :done, problems = :problems REMOVE document",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=to_attributes({":done": state, ":problems": list(problems)}),
        )
        return state

    def page(self, name: str, limit: int, before: str | None = None, caller: str | None = None) -> list[Run]:
        """At most `limit` runs, the newest first; those planned before a time (UTC text) if one is given."""
        values = {":group": runs_group(name, caller)} | ({":before": before} if before else {})
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
        return [_run(name, values) for values in found if values]

    def _earlier(self, name: str, planned: dt.datetime) -> Run:
        earlier = self.find(name, planned)
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


def _item(run: Run) -> dict[str, Any]:
    return to_attributes(
        {
            "id": run_key(run.name, dt.datetime.fromisoformat(run.planned)),
            "group": runs_group(run.name, run.caller),
            "scheduledBy": run.caller,
            "member": run.planned,
            "state": run.state,
            "createdAt": run.begun_at,
            "number": run.number,
            "document": None if run.document is None else json.dumps(run.document, ensure_ascii=False),
        }
    )


def _run(name: str, values: dict[str, Any]) -> Run:
    return Run(
        name=name,
        planned=values["member"],
        state=values["state"],
        begun_at=values["createdAt"],
        number=values["number"],
        document=json.loads(values["document"]) if "document" in values else None,
        problems=tuple(values.get("problems", ())),
        caller=values.get("scheduledBy"),
    )


@cache
def runs() -> Runs:
    """The configured jobs table, reached at first use."""
    return Runs(os.environ["JOBS_TABLE"], client("dynamodb"))
