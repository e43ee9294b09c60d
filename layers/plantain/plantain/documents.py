"""Reads the files that people write: TOML and JSON, with a BOM or not. Says in which line one breaks."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

MAX_NAME = 200  # characters of a field's name
# A name of many parts (a.a.a…) costs tomllib their square in time and memory; a dot more in a text does no harm.
_MAX_DOTS = 1000  # in one line
_LOOKED_AT = 500  # characters of a line
_LONG = ('"""', "'''")
_NAME = re.compile(r"\s*([\w.-]+\s*=\s*)")
_QUOTED = re.compile(r"""\"(?:\\.|[^"\\])*"|'[^']*'|#.*""")
# In a line whose quoted words are left out: a quotation mark, or after = what is no number, date, true or false.
_UNQUOTED = re.compile(
    r"""["'\u2018-\u201f\u2039\u203a\xab\xbb]|=\s*\[?\s*(?!(?:true|false|inf|nan)\b|[+-]?[\d._]+\s*(?:[,\]}#]|$)|\d{4}-\d)[^\s\[\]{}]"""
)
_AT = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)")


class BadDocument(Exception):
    """The file cannot be read at all. `detail` is a clause for a person; `line` counts from 1, None if unknown."""

    def __init__(self, detail: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {detail}" if line else detail)
        self.detail = detail
        self.line = line


def text_of(content: bytes) -> str:
    """The text of a file, its line ends as newlines. Raises BadDocument."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = content.count(b"\n", 0, broken.start) + 1
        raise BadDocument("is not UTF-8 text; save the file as UTF-8", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def toml_document(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file. Raises BadDocument."""
    text = text_of(content)
    for number, written in enumerate(text.split("\n"), start=1):
        if written.count(".") > _MAX_DOTS:
            raise BadDocument(f"has more than {_MAX_DOTS} dots in one line", number)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        found = _AT.search(str(broken))
        last = text.rstrip("\n").count("\n") + 1
        line = int(found["line"]) if found and found["line"] else last
        raise BadDocument(_toml_fault(text, line, _AT.sub("", str(broken))), line) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, arrays within arrays without end
        raise BadDocument("is not valid TOML") from None
    check_names(document)
    return document


def _toml_fault(text: str, line: int, said: str) -> str:
    """What is wrong, as people would say it: mostly it is quotation marks."""
    written = text.split("\n")[line - 1][:_LOOKED_AT]
    is_open = said.startswith(("Unterminated", f'Expected "{_LONG[1]}'))
    if is_open and any(text.count(mark) % 2 for mark in _LONG):
        return f"has a text that begins with {_LONG[0]} or {_LONG[1]} and does not end with the same"
    if _UNQUOTED.search(_QUOTED.sub("0", written)) or (said == "Invalid value" and "=" not in written):
        name = _NAME.match(written)
        return f'cannot be read: words stand between straight quotation marks: {name[1] if name else ""}"…"'
    return f'is not valid TOML: {said}; its lines read: name = "words", or: name = 3'


def json_document(content: bytes) -> dict[str, Any]:
    """The object of a JSON file. Raises BadDocument."""
    try:
        document = json.loads(text_of(content), object_pairs_hook=_object)
    except json.JSONDecodeError as broken:
        raise BadDocument(f"is not valid JSON: {broken.msg}", broken.lineno) from None
    except (ValueError, RecursionError):
        raise BadDocument("is not valid JSON") from None
    if not isinstance(document, dict):
        raise BadDocument("must be a JSON object: { … }", 1)
    return document


def _object(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """TOML says so itself; JSON would take the last."""
    read: dict[str, Any] = {}
    for name, value in fields:
        _check_name(name)
        if name in read:
            raise BadDocument(f"gives {name} twice")
        read[name] = value
    return read


def check_names(document: Mapping[str, Any]) -> None:
    """Of every field, however deep. Raises BadDocument."""
    left: list[Any] = [document]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            for name in value:
                _check_name(name)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _check_name(name: str) -> None:
    if len(name) > MAX_NAME:
        raise BadDocument(f"has a name of {len(name)} characters, and {MAX_NAME} are the most")
    if not name.isprintable():
        raise BadDocument(f"has a name with a character that cannot be shown: {name!a}")
