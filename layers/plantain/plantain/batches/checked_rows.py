"""How the checked rows of a batch are written down: a line each, in the file's order, and where each begins."""

import json
from dataclasses import dataclass
from typing import Any

from plantain.batches.batch import BadRow
from plantain.faults import Fault
from plantain.items import fields_of, values_of
from plantain.job import PresetRef, Request

INDEX_HEAD = b"row,first,last\n"


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A row that can be made. `claim` is what its job is known by, also to a later batch of the same name."""

    number: int
    line: int
    id: str
    claim: str
    request: Request
    preset: PresetRef | None = None


def row_line(row: ReadyRow | BadRow) -> bytes:
    """The row as a line of JSON."""
    match row:
        case ReadyRow():
            values: dict[str, Any] = {"number": row.number, "line": row.line, "id": row.id, "claim": row.claim}
            values["request"] = values_of(row.request)
            if row.preset:
                values["preset"] = values_of(row.preset)
        case BadRow():
            values = values_of(row)
    return json.dumps(values, ensure_ascii=False).encode(errors="replace") + b"\n"


def row_from(line: bytes) -> ReadyRow | BadRow:
    """The row that such a line says."""
    values: dict[str, Any] = json.loads(line)
    if "faults" in values:
        faults = tuple(Fault(**fault) for fault in values["faults"])
        return BadRow(values["number"], values["line"], faults)
    request = fields_of(Request, values["request"])
    preset = values.get("preset")
    return ReadyRow(
        **{name: values[name] for name in ("number", "line", "id", "claim")},
        request=Request(**(request | {"image_input": tuple(request["image_input"])})),
        preset=PresetRef(**preset) if preset else None,
    )


def index_line(number: int, first: int, size: int) -> bytes:
    """Where a row lies: its first byte and its last, as an HTTP range counts them."""
    return f"{number},{first},{first + size - 2}\n".encode()
