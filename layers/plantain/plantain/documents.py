"""Reads the files that people write: TOML and JSON, with a BOM or not. Says in which line one breaks."""

import json
import re
import tomllib
from typing import Any

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
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        found = _AT.search(str(broken))
        last = text.rstrip("\n").count("\n") + 1
        line = int(found["line"]) if found and found["line"] else last
        raise BadDocument(f"is not valid TOML: {_AT.sub('', str(broken))}", line) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, arrays within arrays without end
        raise BadDocument("is not valid TOML") from None


def json_document(content: bytes) -> dict[str, Any]:
    """The object of a JSON file. Raises BadDocument."""
    try:
        document = json.loads(text_of(content))
    except json.JSONDecodeError as broken:
        raise BadDocument(f"is not valid JSON: {broken.msg}", broken.lineno) from None
    except (ValueError, RecursionError):
        raise BadDocument("is not valid JSON") from None
    if not isinstance(document, dict):
        raise BadDocument("must be a JSON object: { … }", 1)
    return document
