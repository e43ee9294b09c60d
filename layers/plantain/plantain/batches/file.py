"""Reads the rows of a batch from CSV or JSON Lines, one at a time, each with its line: the file is never whole."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_snake

from plantain.batches.batch import MAX_ROWS, BadRow
from plantain.documents import MAX_NAME, BadDocument
from plantain.faults import Fault
from plantain.inbox.file_kinds import MAX_BATCH_BYTES
from plantain.inbox.keys import DROPS, PRESETS, UPLOADS
from plantain.presets.fields import variable_of

MAX_COLUMNS = 100  # every setting and as many variables as a wish may have
_IMAGE = ("prompt", "preset", "aspect_ratio", "resolution", "output_format", "image_input", "cache")
SETTINGS = frozenset((*_IMAGE, "style", "mood", "composition", "max_cost"))
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# What divides the images of one cell. A key may hold spaces, so a space divides only before another image.
_BETWEEN_IMAGES = re.compile(rf"\s*\|\s*|\s+(?=https?://|{DROPS}|{PRESETS}|{UPLOADS})")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_DELIMITERS = (",", ";", "\t")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}  # as spreadsheets say it


@dataclass(frozen=True, slots=True)
class Row:
    """A wish as its row tells it. `number` counts rows, `line` lines of the file, both from 1."""

    number: int
    line: int
    id: str
    document: Mapping[str, Any]


def csv_rows(lines: Iterable[str]) -> Iterator[Row | BadRow]:
    """The rows below the line of names. Raises BadDocument where the file cannot be read on.

    Divided by commas, semicolons or tabs, as the first line shows. An empty cell is not given.
    """
    csv.field_size_limit(MAX_BATCH_BYTES)  # lines have their limit already (batches/text_lines.py)
    lines = iter(lines)
    head = next((line for line in lines), "")
    delimiter = max(_DELIMITERS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))
    reader = csv.reader(_with(head, lines), delimiter=delimiter, strict=True)
    names, line = _names(_cells(reader)), reader.line_num + 1
    identified = _Identified()
    while (cells := _cells(reader)) is not None:
        if any(cells):
            yield identified.row(line, _of_cells(names, cells))
        line = reader.line_num + 1


def jsonl_rows(lines: Iterable[str]) -> Iterator[Row | BadRow]:
    """One JSON object a line; blank lines are none. Raises BadDocument if there are too many."""
    identified = _Identified()
    for line, text in enumerate(lines, start=1):
        if text.strip():
            yield identified.row(line, _of_json(text))


class _Identified:
    """Numbers rows and sees to it that no two have the same id."""

    def __init__(self) -> None:
        self._number = 0
        self._lines: dict[str, int] = {}  # of each id

    def row(self, line: int, read: dict[str, Any] | Fault) -> Row | BadRow:
        self._number += 1
        if self._number > MAX_ROWS:
            raise BadDocument(f"has more than {MAX_ROWS} rows; divide the file", line)
        if isinstance(read, Fault):
            return BadRow(self._number, line, (read,))
        given = read.pop("id", None)
        id = str(self._number if given is None else given)
        fault = _fault_of_id(given, id) or self._taken(id, line)
        if fault:
            return BadRow(self._number, line, (Fault("/id", fault),))
        return Row(self._number, line, id, _with_variables(read))

    def _taken(self, id: str, line: int) -> str | None:
        earlier = self._lines.setdefault(id, line)
        return None if earlier == line else f"is {id}, as that of line {earlier}; each row needs its own"


def _fault_of_id(given: Any, id: str) -> str | None:
    plain = given is None or (isinstance(given, str | int) and not isinstance(given, bool))
    if plain and ID.fullmatch(id):
        return None
    return "must have 1 to 64 letters, digits, dots, hyphens or underscores, the first a letter or a digit"


def _with(head: str, lines: Iterator[str]) -> Iterator[str]:
    yield head
    yield from lines


def _cells(reader: Any) -> list[str] | None:
    """The next row's cells, trimmed; None at the end."""
    line = reader.line_num + 1
    try:
        return [cell.strip() for cell in next(reader)]
    except StopIteration:
        return None
    except csv.Error as broken:
        raise BadDocument(f"is not valid CSV: {broken}; look for a quote that is not closed", line) from None


def _names(cells: list[str] | None) -> list[str]:
    while cells and not cells[-1]:  # a spreadsheet leaves delimiters of columns that were emptied
        cells = cells[:-1]
    if not cells:
        raise BadDocument("is empty; the first line names the columns", 1)
    if len(cells) > MAX_COLUMNS:
        raise BadDocument(f"has {len(cells)} columns; at most {MAX_COLUMNS} are taken", 1)
    if any(len(cell) > MAX_NAME for cell in cells):
        raise BadDocument(f"names a column with more than {MAX_NAME} characters", 1)
    names = [_setting(cell) or cell for cell in cells]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadDocument(f"names a column twice: {twice[0][:100] or 'one without a name'}", 1)
    if not {"prompt", "preset"} & set(names):
        raise BadDocument(f"needs a column prompt or preset; it has {', '.join(names)[:200]}", 1)
    return names


def _setting(cell: str) -> str | None:
    """The setting that a column is named after, as people write it: `Aspect ratio`, `aspectRatio`, …"""
    name = to_snake(cell.replace(" ", "_"))
    return name if name in SETTINGS or name == "id" else None


def _of_cells(names: list[str], cells: list[str]) -> dict[str, Any] | Fault:
    if any(cells[len(names) :]):
        return Fault("", f"has {len(cells)} cells, the first line names {len(names)} columns")
    given: dict[str, Any] = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    if images := given.get("image_input"):
        given["image_input"] = [image for image in _BETWEEN_IMAGES.split(images) if image]
    if cache := given.get("cache"):
        given["cache"] = _FLAGS.get(cache.lower(), cache)
    if _AMOUNT.fullmatch(given.get("max_cost", "")):
        given["max_cost"] = float(given["max_cost"])
    return given


def _of_json(text: str) -> dict[str, Any] | Fault:
    try:
        read = json.loads(text)
    except json.JSONDecodeError as broken:
        return Fault("", f"is not valid JSON: {broken.msg}")
    except (ValueError, RecursionError):
        return Fault("", "is not valid JSON")
    if not isinstance(read, dict):
        return Fault("", "must be a JSON object: { … }")
    if len(read) > MAX_COLUMNS:
        return Fault("", f"has {len(read)} fields; at most {MAX_COLUMNS} are taken")
    if any(len(name) > MAX_NAME for name in read):
        return Fault("", f"names a field with more than {MAX_NAME} characters")
    return {name: value for name, value in read.items() if value is not None}


def _with_variables(given: dict[str, Any]) -> dict[str, Any]:
    """With a preset, what is no setting is a variable of it, unless `variables` are given as such."""
    if "preset" not in given or "variables" in given:
        return given
    own = {name: value for name, value in given.items() if (_setting(name) or name) in SETTINGS}
    variables = {name: value for name, value in given.items() if name not in own}
    plain = {variable_of(name): value for name, value in variables.items()}
    return own | {"variables": plain if len(plain) == len(variables) else variables}
