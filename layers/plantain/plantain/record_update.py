"""Builds the one shape of write that changes a record: some attributes, if others are still as they were seen."""

from collections.abc import Iterable, Mapping
from typing import Any

from plantain.items import to_attributes


def record_update(
    table: str,
    key: str,
    changes: Mapping[str, Any],
    *,
    add: Mapping[str, set[str]] | None = None,
    remove: Iterable[str] = (),
    seen: Mapping[str, Any],
    condition: str,
    compared: Mapping[str, Any],
) -> dict[str, Any]:
    """A DynamoDB Update, alone or in a transaction.

    `changes` that are None are left out, `add` comes into sets. Of `seen`, None is an attribute that is not there.
    `condition` is one more to hold, over `#state` and the values in `compared`.
    """
    changes = {name: value for name, value in changes.items() if value is not None}
    add, remove = add or {}, list(remove)
    clauses = []
    if changes:
        clauses.append("SET " + ", ".join(f"#{name} = :new_{name}" for name in changes))
    if add:
        clauses.append("ADD " + ", ".join(f"#{name} :add_{name}" for name in add))
    if remove:
        clauses.append("REMOVE " + ", ".join(f"#{name}" for name in remove))
    conditions = [condition] + [
        f"attribute_not_exists(#{name})" if value is None else f"#{name} = :seen_{name}"
        for name, value in seen.items()
    ]
    values = (
        {f":new_{name}": value for name, value in changes.items()}
        | {f":add_{name}": value for name, value in add.items()}
        | {f":seen_{name}": value for name, value in seen.items()}
        | dict(compared)
    )
    named = {*changes, *add, *remove, *seen, *(["state"] if compared else [])}
    return {
        "TableName": table,
        "Key": to_attributes({"id": key}),
        "UpdateExpression": " ".join(clauses),
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in named},
        "ExpressionAttributeValues": to_attributes(values),
    }
