"""Checks a row of a batch as a wish of its own: what it comes to, or what is wrong with it. Nothing is spent."""

from collections.abc import Iterable, Iterator

from plantain.batches.batch import BadRow, Batch
from plantain.batches.checked_rows import ReadyRow
from plantain.batches.row import Row
from plantain.faults import Fault, InvalidRequest
from plantain.jobs.claims import claim_id
from plantain.network.dns import Dns
from plantain.planning.plans import plan_of
from plantain.presets.finding import Presets
from plantain.wishes.file_wish import FileWish, as_written, check_file_wish
from plantain.wishes.input_images import look_up_hosts
from plantain.wishes.preset_wish import PresetWish
from plantain.wishes.terms import Terms
from plantain.wishes.wish import Wish, fingerprint_of


def ready_rows(
    batch: Batch, rows: Iterable[Row | BadRow], terms: Terms, dns: Dns, library: Presets
) -> Iterator[ReadyRow | BadRow]:
    """Each of these rows, in order: as it is to be made, or as a bad one.

    What each row's own text tells comes first, so that all hosts can be looked up together.
    """
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
