"""Reads the rows of a batch from CSV, as spreadsheets write it, one at a time."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from plantain.batches.batch import BadRow
from plantain.batches.row import MAX_COLUMNS, Numbered, Row, setting_of
from plantain.documents import MAX_NAME, BadDocument
from plantain.faults import Fault
from plantain.inbox.file_kinds import MAX_BATCH_BYTES
from plantain.inbox.keys import DROPS, PRESETS, UPLOADS

# What divides the images of one cell. A key may hold spaces, so a space divides only before another image.
_BETWEEN_IMAGES = re.compile(rf"\s*\|\s*|\s+(?=https?://|{DROPS}|{PRESETS}|{UPLOADS})")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_DELIMITERS = (",", ";", "\t")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}  # as spreadsheets say it


def csv_rows(lines: Iterable[str]) -> Iterator[Row | BadRow]:
    """The rows below the line of names. Raises BadDocument where the file cannot be read on.

    Divided by commas, semicolons or tabs, as the first line shows. An empty cell is not given.
    """
    csv.field_size_limit(MAX_BATCH_BYTES)  # lines have their limit already (batches/text_lines.py)
    lines = iter(lines)
    head = next(lines, "")
    delimiter = max(_DELIMITERS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))
    reader = csv.reader(chain([head], lines), delimiter=delimiter, strict=True)
    names, line = _names(_cells(reader)), reader.line_num + 1
    numbered = Numbered()
    while (cells := _cells(reader)) is not None:
        if any(cells):
            yield numbered.row(line, _of_cells(names, cells))
        line = reader.line_num + 1


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
    names = [setting_of(cell) or cell for cell in cells]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadDocument(f"names a column twice: {twice[0][:100] or 'one without a name'}", 1)
    if not {"prompt", "preset"} & set(names):
        raise BadDocument(f"needs a column prompt or preset; it has {', '.join(names)[:200]}", 1)
    return names


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
