"""Builds the one shape of write that changes a job's record: some attributes, if others are still as they were."""

from collections.abc import Collection, Mapping
from typing import Any, TypedDict, Unpack

from plantain.items import to_attributes

_NOT_FINAL = "attribute_exists(id) AND NOT #state IN (:success, :fail)"
_FINAL_STATES = {":success": "success", ":fail": "fail"}


class Clauses(TypedDict, total=False):
    """What an update does and asks for, besides the attributes that it sets."""

    add: Mapping[str, set[str]]
    """What comes into sets."""
    remove: Collection[str]
    """Attributes that go."""
    seen: Mapping[str, Any]
    """Attributes that must still be so; None is one that is not there."""
    even_final: bool
    """Whether the job may be final already; it may not, unless this says so."""


def update_of(table: str, id: str, changes: Mapping[str, Any], **clauses: Unpack[Clauses]) -> dict[str, Any]:
    """A DynamoDB Update, alone or in a transaction. `changes` that are None are left out."""
    changes = {name: value for name, value in changes.items() if value is not None}
    add, remove, seen = clauses.get("add", {}), clauses.get("remove", ()), clauses.get("seen", {})
    done = [
        ("SET", [f"#{name} = :new_{name}" for name in changes]),
        ("ADD", [f"#{name} :add_{name}" for name in add]),
        ("REMOVE", [f"#{name}" for name in remove]),
    ]
    conditions = [
        f"attribute_not_exists(#{name})" if value is None else f"#{name} = :seen_{name}"
        for name, value in seen.items()
    ]
    names = {*changes, *add, *remove, *seen}
    values = (
        {f":new_{name}": value for name, value in changes.items()}
        | {f":add_{name}": value for name, value in add.items()}
        | {f":seen_{name}": value for name, value in seen.items()}
    )
    if clauses.get("even_final"):
        conditions.insert(0, "attribute_exists(id)")
    else:
        conditions.insert(0, _NOT_FINAL)
        names |= {"state"}
        values |= _FINAL_STATES
    return {
        "TableName": table,
        "Key": to_attributes({"id": id}),
        "UpdateExpression": " ".join(f"{clause} {', '.join(parts)}" for clause, parts in done if parts),
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": to_attributes(values),
    }
