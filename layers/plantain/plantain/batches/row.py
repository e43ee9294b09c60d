"""A row of a batch's file: a wish with a number, an id of its own, and the names that people give its fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_snake

from plantain.batches.batch import MAX_ROWS, BadRow
from plantain.documents import BadDocument
from plantain.faults import Fault
from plantain.presets.fields import variable_of
from plantain.wishes.preset_wish import PresetRequest
from plantain.wishes.request import GenerateRequest

MAX_COLUMNS = 100  # every setting and as many variables as a wish may have
SETTINGS = frozenset(GenerateRequest.model_fields | PresetRequest.model_fields) - {"variables"}
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Row:
    """A wish as its row tells it. `number` counts rows, `line` lines of the file, both from 1."""

    number: int
    line: int
    id: str
    document: Mapping[str, Any]


class Numbered:
    """Numbers the rows of one file, and sees to it that no two have the same id."""

    def __init__(self) -> None:
        self._number = 0
        self._lines: dict[str, int] = {}  # of each id

    def row(self, line: int, read: dict[str, Any] | Fault) -> Row | BadRow:
        """The next row, which stands in this line, from 1. Raises BadDocument if there are too many."""
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
        return Row(self._number, line, id, with_variables(read))

    def _taken(self, id: str, line: int) -> str | None:
        earlier = self._lines.setdefault(id, line)
        return None if earlier == line else f"is {id}, as that of line {earlier}; each row needs its own"


def _fault_of_id(given: Any, id: str) -> str | None:
    plain = given is None or (isinstance(given, str | int) and not isinstance(given, bool))
    if plain and ID.fullmatch(id):
        return None
    return "must have 1 to 64 letters, digits, dots, hyphens or underscores, the first a letter or a digit"


def setting_of(cell: str) -> str | None:
    """The setting that a column is named after, as people write it: `Aspect ratio`, `aspectRatio`, …"""
    name = to_snake(cell.replace(" ", "_"))
    return name if name in SETTINGS or name == "id" else None


def with_variables(given: dict[str, Any]) -> dict[str, Any]:
    """With a preset, what is no setting is a variable of it, unless `variables` are given as such."""
    if "preset" not in given or "variables" in given:
        return given
    own = {name: value for name, value in given.items() if (setting_of(name) or name) in SETTINGS}
    variables = {name: value for name, value in given.items() if name not in own}
    plain = {variable_of(name): value for name, value in variables.items()}
    return own | {"variables": plain if len(plain) == len(variables) else variables}
