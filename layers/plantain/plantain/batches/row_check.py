"""Checks every row of a batch before anything is spent, and writes down what is to be made of each."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import IO

from plantain.batches.batch import BadRow, Batch
from plantain.batches.file import Row, csv_rows, jsonl_rows
from plantain.batches.objects import BatchObjects
from plantain.batches.rows import INDEX_HEAD, ReadyRow, index_line, row_line
from plantain.batches.text_lines import text_lines
from plantain.documents import BadDocument
from plantain.faults import Fault, InvalidRequest
from plantain.inbox.bucket import Inbox
from plantain.inbox.file_kinds import MAX_BATCH_BYTES
from plantain.inbox.keys import key_of
from plantain.jobs.claims import claim_id
from plantain.jobs.reservations import is_free_to_try_again
from plantain.jobs.standing import Standing
from plantain.network.dns import Dns
from plantain.planning.plans import plan_of
from plantain.presets.finding import Presets, presets_of_a_moment
from plantain.spending.prices import prices
from plantain.wishes.file_wish import FileWish, as_written, check_file_wish
from plantain.wishes.input_images import look_up_hosts
from plantain.wishes.terms import Terms
from plantain.wishes.wish import PresetWish, Wish, fingerprint_of

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


def check_rows(
    batch: Batch, terms: Terms, *, dns: Dns, inbox: Inbox, objects: BatchObjects, standing: Standing
) -> Checked:
    """Write the files that the batch is made from. Raises BadDocument where the file cannot be read."""
    found, library = Checked(), presets_of_a_moment()
    with ExitStack() as stack:
        rows, index, errors = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        index.write(INDEX_HEAD)
        for some in batched(_rows_of(batch, inbox), _AT_ONCE, strict=False):
            ready = list(_ready(batch, some, terms, dns, library))
            _count(found, ready, standing)
            for row in ready:
                _write(row, rows, index, errors)
        if not found.rows and not found.bad:
            raise BadDocument("holds no row")
        objects.put(batch.batch_id, "rows.jsonl", rows)
        objects.put(batch.batch_id, "index.csv", index)
        objects.put(batch.batch_id, "errors.jsonl", errors)
    return found


def _rows_of(batch: Batch, inbox: Inbox) -> Iterator[Row | BadRow]:
    there = inbox.find(batch.reference)
    if there is None:
        raise BadDocument("is not there any more")
    if there.size > MAX_BATCH_BYTES:
        raise BadDocument(f"has {there.size} bytes; at most {MAX_BATCH_BYTES} are taken, so divide the file")
    lines = text_lines(inbox.pieces(batch.reference))
    return jsonl_rows(lines) if key_of(batch.reference).lower().endswith(".jsonl") else csv_rows(lines)


def _ready(
    batch: Batch, rows: Iterable[Row | BadRow], terms: Terms, dns: Dns, library: Presets
) -> Iterator[ReadyRow | BadRow]:
    """As far as each row's own text tells first, so that all hosts can be looked up together."""
    wishes = [(row, _wish_of(row, terms)) for row in rows]
    images = [url for _, wish in wishes if not isinstance(wish, BadRow) for url in _images_of(wish)]
    look_up_hosts(images, terms.trusted_origins, dns)
    for row, wish in wishes:
        if isinstance(row, BadRow):
            yield row
        else:
            yield wish if isinstance(wish, BadRow) else _planned(batch, row, wish, terms, dns, library)


def _planned(batch: Batch, row: Row, wish: Wish, terms: Terms, dns: Dns, library: Presets) -> ReadyRow | BadRow:
    try:
        plan = plan_of(wish, terms, dns, library)
    except InvalidRequest as invalid:
        return _bad(row, invalid)
    claim = claim_id(batch.caller, "row", batch.name, row.id, fingerprint_of(wish))
    return ReadyRow(row.number, row.line, row.id, claim, plan.request, plan.preset)


def _wish_of(row: Row | BadRow, terms: Terms) -> Wish | BadRow:
    if isinstance(row, BadRow):
        return row
    try:
        asked = check_file_wish(row.document, terms)
        if asked != FileWish(asked.wish):
            raise InvalidRequest(Fault("", "a row is one image; count and dry_run are for single files"))
    except InvalidRequest as invalid:
        return _bad(row, invalid)
    return asked.wish


def _images_of(wish: Wish) -> tuple[str, ...]:
    return wish.settings.get("image_input", ()) if isinstance(wish, PresetWish) else wish.image_input


def _bad(row: Row, invalid: InvalidRequest) -> BadRow:
    return BadRow(row.number, row.line, as_written(invalid.faults, row.document))


def _count(found: Checked, rows: list[ReadyRow | BadRow], standing: Standing) -> None:
    ready = [row for row in rows if isinstance(row, ReadyRow)]
    jobs = standing.jobs_of(row.claim for row in ready)
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
