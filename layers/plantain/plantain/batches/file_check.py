"""Checks the file of a batch, every row of it, and writes down what is to be made of each. Nothing is spent."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import IO

from plantain.batches.batch import BadRow, Batch
from plantain.batches.checked_rows import INDEX_HEAD, ReadyRow, index_line, row_line
from plantain.batches.csv_rows import csv_rows
from plantain.batches.jsonl_rows import jsonl_rows
from plantain.batches.objects import batch_objects
from plantain.batches.row import Row
from plantain.batches.row_check import ready_rows
from plantain.batches.text_lines import text_lines
from plantain.documents import BadDocument
from plantain.faults import Fault
from plantain.inbox.bucket import inbox
from plantain.inbox.file_kinds import MAX_BATCH_BYTES
from plantain.inbox.keys import key_of
from plantain.jobs.reservations import is_free_to_try_again
from plantain.jobs.standing import standing
from plantain.network.dns import RememberingDns, dns
from plantain.presets.finding import presets_of_a_moment
from plantain.spending.prices import prices
from plantain.wishes.terms import Terms

# Looked at together: their hosts are asked for at the same time, their claims in one read.
_AT_ONCE = 50
_SHOWN = 50  # bad rows kept in the record; a record has 400 KB
_SHOWN_FAULTS = 3
_SHOWN_CHARACTERS = 300


@dataclass(slots=True)
class Checked:
    """What the check has found; the fields are those of Batch."""

    rows: int = 0
    reused: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    price: float = 0


def check_file(batch: Batch, terms: Terms) -> Checked:
    """Write the files that the batch is made from. Raises BadDocument where the file cannot be read."""
    found, library, names = Checked(), presets_of_a_moment(), RememberingDns(dns())
    with ExitStack() as stack:
        rows, index, errors = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        index.write(INDEX_HEAD)
        for some in batched(_rows_of(batch), _AT_ONCE, strict=False):
            ready = list(ready_rows(batch, some, terms, names, library))
            _count(found, ready)
            for row in ready:
                _write(row, rows, index, errors)
        if not found.rows and not found.bad:
            raise BadDocument("holds no row")
        batch_objects().put(batch.batch_id, "rows.jsonl", rows)
        batch_objects().put(batch.batch_id, "index.csv", index)
        batch_objects().put(batch.batch_id, "errors.jsonl", errors)
    return found


def _rows_of(batch: Batch) -> Iterator[Row | BadRow]:
    there = inbox().find(batch.reference)
    if there is None:
        raise BadDocument("is not there any more")
    if there.size > MAX_BATCH_BYTES:
        raise BadDocument(f"has {there.size} bytes; at most {MAX_BATCH_BYTES} are taken, so divide the file")
    lines = text_lines(inbox().pieces(batch.reference))
    return jsonl_rows(lines) if key_of(batch.reference).lower().endswith(".jsonl") else csv_rows(lines)


def _count(found: Checked, rows: list[ReadyRow | BadRow]) -> None:
    ready = [row for row in rows if isinstance(row, ReadyRow)]
    jobs = standing().jobs_of(row.claim for row in ready)
    found.rows += len(ready)
    for ready_row in ready:
        earlier = jobs.get(ready_row.claim)
        if earlier and not is_free_to_try_again(earlier):
            found.reused[earlier.state] += 1
        else:
            found.price += prices().credits_of(ready_row.request)
    for row in rows:
        if isinstance(row, BadRow):
            found.bad += 1
            if len(found.bad_rows) < _SHOWN:
                found.bad_rows.append(_shown(row))


def _shown(row: BadRow) -> BadRow:
    faults = (Fault(_shortened(fault.pointer), _shortened(fault.detail)) for fault in row.faults[:_SHOWN_FAULTS])
    return replace(row, faults=tuple(faults))


def _shortened(text: str) -> str:
    return text[:_SHOWN_CHARACTERS].encode(errors="replace").decode()


def _write(row: ReadyRow | BadRow, rows: IO[bytes], index: IO[bytes], errors: IO[bytes]) -> None:
    line = row_line(row)
    if isinstance(row, ReadyRow):
        index.write(index_line(row.number, rows.tell(), len(line)))
    else:
        errors.write(line)
    rows.write(line)
