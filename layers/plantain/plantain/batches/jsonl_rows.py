"""Reads the rows of a batch from JSON Lines, one at a time."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from plantain.batches.batch import BadRow
from plantain.batches.row import MAX_COLUMNS, Numbered, Row
from plantain.documents import MAX_NAME
from plantain.faults import Fault


def jsonl_rows(lines: Iterable[str]) -> Iterator[Row | BadRow]:
    """One JSON object a line; blank lines are none. Raises BadDocument if there are too many."""
    numbered = Numbered()
    for line, text in enumerate(lines, start=1):
        if text.strip():
            yield numbered.row(line, _of_json(text))


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
