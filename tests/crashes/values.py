"""DynamoDB's values as they are stored, each a dict that names its kind, as {"N": "1"}; none is ever changed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]
Path = tuple[str, ...]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def at(item: Item, path: Path) -> Value | None:
    """The value at a path, through maps; None if there is none."""
    found: Value | None = {"M": item}
    for name in path:
        found = found.get("M", {}).get(name) if found else None
    return found


def with_value(item: Item, path: Path, value: Value | None) -> Item:
    """The item with this at the path; None takes away what is there."""
    name, *rest = path
    if rest:
        inner = with_value(item[name]["M"], tuple(rest), value)
        return item | {name: {"M": inner}}
    if value is None:
        return {other: kept for other, kept in item.items() if other != name}
    return item | {name: value}


def plain(value: Value) -> Any:
    """What comparisons look at: the kind as well, so that no number is a text."""
    ((kind, held),) = value.items()
    if kind in ("NS", "SS"):
        return frozenset(held)
    return Decimal(held) if kind == "N" else held


def compare(sign: str, left: Value | None, right: Value | None) -> bool:
    """Only values of one kind are compared; what is missing is unlike everything."""
    if left is None or right is None or left.keys() != right.keys():
        return sign == "<>"
    return _COMPARE[sign](plain(left), plain(right))


def added(had: Value | None, more: Value) -> Value:
    """What ADD makes of a number or of a set."""
    if had is None:
        return more
    for kind in ("NS", "SS"):
        if kind in more:
            return {kind: had[kind] + [part for part in more[kind] if part not in had[kind]]}
    return total(had, "+", more)


def total(left: Value, sign: str, right: Value) -> Value:
    """The sum or the difference of two numbers."""
    a, b = Decimal(left["N"]), Decimal(right["N"])
    return {"N": str(a + b if sign == "+" else a - b)}
