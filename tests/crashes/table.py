"""DynamoDB as far as Plantain uses it, in memory. A test holds it against moto, call by call (test_table.py)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.crashes.expressions import Names, condition, update, updated
from tests.crashes.values import Item, plain

Call = dict[str, Any]
Watch = Callable[[Item, Item], None]  # what was and what is, an empty one for none


@dataclass(frozen=True)
class Index:
    """`keeps` are the attributes it shows; None for all."""

    hash: str
    range: str | None
    keeps: frozenset[str] | None


@dataclass
class Table:
    """Items by the value of their key, which is one text. `before` is what an item was before its last write."""

    key: str
    indexes: dict[str, Index]
    items: dict[str, Item] = field(default_factory=dict)
    before: dict[str, tuple[float, Item]] = field(default_factory=dict)


class Dynamodb:
    """The operations by their names in boto3. `clock` is in seconds; an index may lag by `lag` of them.

    `watch` sees every write.
    """

    def __init__(self, clock: Callable[[], float], watch: Watch, lag: Callable[[], float]) -> None:
        self._clock, self._watch, self._lag = clock, watch, lag
        self.tables: dict[str, Table] = {}
        self._done: set[str] = set()

    def create_table(self, call: Call) -> Call:
        indexes = {
            one["IndexName"]: _index(one["KeySchema"], one["Projection"])
            for one in call.get("GlobalSecondaryIndexes", [])
        }
        (key,) = call["KeySchema"]
        self.tables[call["TableName"]] = Table(key["AttributeName"], indexes)
        return {}

    def get_item(self, call: Call) -> Call:
        assert call.get("ConsistentRead"), "a job is read as it is now"
        item = self._found(call)
        return {"Item": item} if item else {}

    def put_item(self, call: Call) -> Call:
        return self._write_all([call | {"Key": self._key_of(call)}])[0]

    def update_item(self, call: Call) -> Call:
        return self._write_all([call])[0]

    def delete_item(self, call: Call) -> Call:
        return self._write_all([call | {"Delete": True}])[0]

    def transact_write_items(self, call: Call) -> Call:
        """The same token again is the same transaction: it was done already."""
        token = call.get("ClientRequestToken")
        if token in self._done:
            return {}
        self._write_all([self._part(part) for part in call["TransactItems"]], together=True)
        self._done |= {token} if token else set()
        return {}

    def transact_get_items(self, call: Call) -> Call:
        return {"Responses": [self._shown(one["Get"]) for one in call["TransactItems"]]}

    def _shown(self, call: Call) -> Call:
        item, wanted = self._found(call), call["ProjectionExpression"].split(", ")
        return {"Item": {name: item[name] for name in wanted if name in item}} if item else {}

    def query(self, call: Call) -> Call:
        table = self.tables[call["TableName"]]
        index = table.indexes[call["IndexName"]]
        values, names = call.get("ExpressionAttributeValues", {}), _names(call)
        tests = [condition(call[k], names) for k in ("KeyConditionExpression", "FilterExpression") if k in call]
        keys = {index.hash, index.range, table.key}
        found = [
            item
            for item in self._as_the_index_has_them(table)
            if index.hash in item
            and (index.range is None or index.range in item)
            and all(test(item, values) for test in tests)
        ]
        if index.range:
            backward = not call.get("ScanIndexForward", True)
            found.sort(key=lambda item: plain(item[str(index.range)]), reverse=backward)
        shown = [
            {name: value for name, value in item.items() if index.keeps is None or name in index.keeps | keys}
            for item in found[: call.get("Limit")]
        ]
        return {"Items": shown, "Count": len(shown)}

    def _as_the_index_has_them(self, table: Table) -> list[Item]:
        now = self._clock()
        seen = dict(table.items)
        for key, (at, item) in table.before.items():
            if now - at < self._lag():
                seen[key] = item
        return [item for item in seen.values() if item]

    def _part(self, part: Call) -> Call:
        ((kind, call),) = part.items()
        key = {"Key": self._key_of(call)} if kind == "Put" else {}
        made: Call = {**call, **key, "Delete": kind == "Delete", "Check": kind == "ConditionCheck"}
        return made

    def _key_of(self, call: Call) -> Item:
        key = self.tables[call["TableName"]].key
        return {key: call["Item"][key]}

    def _found(self, call: Call) -> Item:
        return self.tables[call["TableName"]].items.get(_text(call["Key"]), {})

    def _write_all(self, calls: list[Call], *, together: bool = False) -> list[Call]:
        held = [self._holds(call) for call in calls]
        if not all(held):
            raise _cancelled(held) if together else _refused()
        return [self._write(call) for call in calls]

    def _holds(self, call: Call) -> bool:
        if "ConditionExpression" not in call:
            return True
        test = condition(call["ConditionExpression"], _names(call))
        return test(self._found(call), call.get("ExpressionAttributeValues", {}))

    def _write(self, call: Call) -> Call:
        was = self._found(call)
        if call.get("Check"):
            return {}
        if call.get("Delete"):
            now: Item = {}
        elif "Item" in call:
            now = call["Item"]
        else:
            change = update(call["UpdateExpression"], _names(call))
            now = updated(was or call["Key"], change, call.get("ExpressionAttributeValues", {}))
        table, key = self.tables[call["TableName"]], _text(call["Key"])
        table.before[key] = (self._clock(), was)
        if now:
            table.items[key] = now
        else:
            table.items.pop(key, None)
        self._watch(was, now)
        returned = call.get("ReturnValues", "NONE")
        if returned == "UPDATED_NEW":
            now = {name: value for name, value in now.items() if was.get(name) != value}
        return {} if returned == "NONE" else {"Attributes": now}


def _index(schema: list[dict[str, str]], projection: dict[str, Any]) -> Index:
    keys = {one["KeyType"]: one["AttributeName"] for one in schema}
    keeps = None if projection["ProjectionType"] == "ALL" else frozenset(projection["NonKeyAttributes"])
    return Index(keys["HASH"], keys.get("RANGE"), keeps)


def _text(key: Item) -> str:
    ((_, value),) = key.items()
    return str(value["S"])


def _names(call: Call) -> Names:
    return tuple(sorted(call.get("ExpressionAttributeNames", {}).items()))


def _refused() -> ClientError:
    error = {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
    return ClientError({"Error": error}, "UpdateItem")  # type: ignore[typeddict-item]


def _cancelled(held: list[bool]) -> ClientError:
    reasons = [{"Code": "None"} if one else {"Code": "ConditionalCheckFailed"} for one in held]
    error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
    answer: Any = {"Error": error, "CancellationReasons": reasons}
    return ClientError(answer, "TransactWriteItems")
