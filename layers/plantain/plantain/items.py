"""Translates between a Job and its DynamoDB item: camelCase attributes, absent rather than null."""

import re
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from functools import cache
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from plantain.job import Balance, Failure, Job, PresetRef, Request, Source, StoredImage

Item = dict[str, Any]

_PARTS: dict[str, Any] = {"failure": Failure, "preset": PresetRef, "source": Source, "balance_before": Balance}

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_attributes(values: dict[str, Any]) -> Item:
    """Plain values as DynamoDB attribute values; None is left out, and so is an empty set, which it has not."""
    return {
        name: _serialize(_storable(value)) for name, value in values.items() if value not in (None, frozenset())
    }


def from_attributes(item: Item) -> dict[str, Any]:
    """The plain values of an item; numbers as int or float."""
    return {name: _plain(_deserialize(value)) for name, value in item.items()}


def values_of(record: Any) -> dict[str, Any]:
    """A job, or a part of one, as plain camelCase values."""
    values: dict[str, Any] = _renamed(asdict(record), _camel)
    return values


def fields_of(kind: Any, values: dict[str, Any]) -> dict[str, Any]:
    """What an item's plain values hold of the fields of this dataclass, still as plain values."""
    fields = _renamed(values, _snake)
    return {name: fields[name] for name in kind.__dataclass_fields__ if name in fields}


def job_from(values: dict[str, Any]) -> Job:
    """The job in an item's plain values."""
    fields = fields_of(Job, values)
    request = fields["request"]
    fields["request"] = Request(**(request | {"image_input": tuple(request["image_input"])}))
    for name in ("result_urls", "handed_over"):
        fields[name] = tuple(fields.get(name, ()))
    fields["rung_kie_task_ids"] = frozenset(fields.get("rung_kie_task_ids", ()))
    fields["images"] = tuple(StoredImage(**image) for image in fields.get("images", ()))
    for name, kind in _PARTS.items():
        if part := fields.get(name):
            fields[name] = kind(**part)
    return Job(**fields)


@cache
def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower()


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    match value:
        case dict():
            return {rename(name): _renamed(part, rename) for name, part in value.items() if part is not None}
        case list() | tuple():
            return [_renamed(part, rename) for part in value]
        case _:
            return value


def _storable(value: Any) -> Any:
    match value:
        case float():
            return Decimal(str(value))
        case dict():
            return {name: _storable(part) for name, part in value.items()}
        case list() | tuple():
            return [_storable(part) for part in value]
        case _:
            return value


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list() | set():
            return type(value)(map(_plain, value))
        case _:
            return value
