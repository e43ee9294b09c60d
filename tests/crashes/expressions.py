"""DynamoDB's expressions, compiled once each: conditions, and what an update changes.

What they are made of is in values.py.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from tests.crashes.values import Item, Path, Value, added, at, compare, total, with_value

Read = Callable[[Item, Item], Value | None]  # item and the expression's values in
Condition = Callable[[Item, Item], bool]
Names = tuple[tuple[str, str], ...]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),+.\-]|[#:]?\w+)")


class Update(NamedTuple):
    """What each clause names."""

    set: list[tuple[Path, Read]]
    remove: list[Path]
    add: list[tuple[Path, Read]]


class _Parser:
    """Of one expression; `names` are its ExpressionAttributeNames."""

    def __init__(self, text: str, names: Names) -> None:
        self.tokens = _TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text), text
        self.names = dict(names)
        self.next = 0

    def peek(self) -> str:
        return self.tokens[self.next] if self.next < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        assert token.upper() == (wanted or token.upper()) != "", (self.tokens, wanted)
        self.next += 1
        return token

    def takes(self, wanted: str) -> bool:
        if self.peek().upper() != wanted:
            return False
        self.next += 1
        return True

    def many[T](self, one: Callable[[], T]) -> list[T]:
        found = [one()]
        while self.takes(","):
            found.append(one())
        return found

    def path(self) -> Path:
        parts = [self.take()]
        while self.takes("."):
            parts.append(self.take())
        return tuple(self.names[part] if part[0] == "#" else part for part in parts)

    def operand(self) -> Read:
        if self.peek()[0] == ":":
            name = self.take()
            return lambda _, values: values[name]
        if self.takes("IF_NOT_EXISTS"):
            self.take("(")
            path, _, other = self.path(), self.take(","), self.operand()
            self.take(")")
            return lambda item, values: at(item, path) or other(item, values)
        path = self.path()
        return lambda item, _: at(item, path)

    def either(self) -> Condition:
        left = self.both()
        while self.takes("OR"):
            left = _or(left, self.both())
        return left

    def both(self) -> Condition:
        left = self.one()
        while self.takes("AND"):
            left = _and(left, self.one())
        return left

    def one(self) -> Condition:
        if self.takes("NOT"):
            inner = self.one()
            return lambda item, values: not inner(item, values)
        if self.takes("("):
            inner = self.either()
            self.take(")")
            return inner
        for name, wanted in (("ATTRIBUTE_EXISTS", True), ("ATTRIBUTE_NOT_EXISTS", False)):
            if self.takes(name):
                self.take("(")
                path, _ = self.path(), self.take(")")
                return lambda item, _: (at(item, path) is not None) is wanted
        return self.comparison(self.operand())

    def comparison(self, left: Read) -> Condition:
        if self.takes("IN"):
            self.take("(")
            rights = self.many(self.operand)
            self.take(")")
            return lambda i, v: any(compare("=", left(i, v), right(i, v)) for right in rights)
        if self.takes("BETWEEN"):
            low, _, high = self.operand(), self.take("AND"), self.operand()
            return lambda i, v: compare(">=", left(i, v), low(i, v)) and compare("<=", left(i, v), high(i, v))
        sign, right = self.take(), self.operand()
        return lambda i, v: compare(sign, left(i, v), right(i, v))

    def assignment(self) -> tuple[Path, Read]:
        path, _, left = self.path(), self.take("="), self.operand()
        if (sign := self.peek()) in ("+", "-"):
            self.take()
            right = self.operand()
            return path, lambda i, v: total(_there(left(i, v)), sign, _there(right(i, v)))
        return path, lambda i, v: _there(left(i, v))

    def addition(self) -> tuple[Path, Read]:
        path = self.path()
        return path, self.operand()

    def update(self) -> Update:
        found = Update([], [], [])
        while self.peek():
            match self.take().upper():
                case "SET":
                    found.set.extend(self.many(self.assignment))
                case "REMOVE":
                    found.remove.extend(self.many(self.path))
                case "ADD":
                    found.add.extend(self.many(self.addition))
                case clause:
                    raise AssertionError(clause)
        return found


def _or(left: Condition, right: Condition) -> Condition:
    return lambda item, values: left(item, values) or right(item, values)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda item, values: left(item, values) and right(item, values)


def _there(value: Value | None) -> Value:
    assert value is not None, "an update reads what is not there"
    return value


@cache
def condition(text: str, names: Names) -> Condition:
    """Whether it holds, given an item and the values."""
    parser = _Parser(text, names)
    found = parser.either()
    assert not parser.peek(), text
    return found


@cache
def update(text: str, names: Names) -> Update:
    """What it changes."""
    return _Parser(text, names).update()


def updated(item: Item, change: Update, values: Item) -> Item:
    """The item after it."""
    after = item
    for path, read in [(path, read(item, values)) for path, read in change.set]:
        after = with_value(after, path, read)
    for path, read_more in change.add:
        more, had = _there(read_more(item, values)), at(item, path)
        after = with_value(after, path, added(had, more))
    for path in change.remove:
        if at(after, path[:-1]) if len(path) > 1 else True:
            after = with_value(after, path, None)
    return after
