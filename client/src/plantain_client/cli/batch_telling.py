"""A batch in words: how far it is, what is wrong with its rows, what it costs."""

from plantain_client import Batch
from plantain_client.cli.batch_saving import Pictures
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import cost_in_words

_SHOWN = 20  # bad rows; the results have them all


def show_end(screen: Screen, batch: Batch, file: str | None) -> None:
    """How it has ended, or that it waits; `file` has its results."""
    if file:
        screen.result(file)
    if batch.state != "waiting":
        show_bad_rows(screen, batch)
    counts = batch.counts
    made = f"{counts.success} of {batch.rows} rows have their image · {cost_in_words(batch.cost)}"
    if batch.is_complete:
        screen.done(made)
    elif batch.state == "done":
        screen.failed(f"{made} · {counts.fail} failed, {counts.invalid} cannot be made: see {file}")
    elif batch.state == "waiting":
        screen.note(f"{price_of(batch)} {how_to_confirm(batch)}")
    else:
        screen.failed(batch.fail_msg or batch.state)


def show_batch(screen: Screen, batch: Batch) -> None:
    """Everything about one batch that a person wants to know."""
    counts = batch.counts
    rows = {
        "batch": batch.batch_id,
        "name": batch.name,
        "state": batch.state,
        "rows": str(batch.rows),
        "made": str(counts.success),
        "under way": str(counts.pending + counts.processing) if not batch.has_ended else "",
        "failed": str(counts.fail),
        "cannot be made": str(counts.invalid),
        "made before": str(batch.reused) if batch.reused else "",
        "price": f"${batch.price.usd:,.2f}",
        "cost": cost_in_words(batch.cost),
        "why": batch.fail_msg or "",
    }
    screen.rows({name: value for name, value in rows.items() if value})


def show_bad_rows(screen: Screen, batch: Batch) -> None:
    """The first rows that cannot be made, and why."""
    for row in batch.bad_rows[:_SHOWN]:
        faults = "; ".join(f"{pointer.removeprefix('/')} {detail}".strip() for pointer, detail in row.errors)
        screen.note(f"line {row.line}: {faults}")
    if batch.counts.invalid > _SHOWN:
        screen.note(f"and {batch.counts.invalid - _SHOWN} more rows that cannot be made")


def price_of(batch: Batch) -> str:
    """What it will cost."""
    can_be_made = batch.rows - batch.counts.invalid
    return f"{can_be_made} rows can be made; those that are not yet will cost about ${batch.price.usd:,.2f}."


def how_to_confirm(batch: Batch) -> str:
    """What to do with one that waits."""
    return f"It waits for a yes, for seven days: plantain batch confirm {batch.batch_id}"


def show_pictures(screen: Screen, pictures: Pictures) -> None:
    """Where they are, and what to do about those that are not."""
    before = f", {pictures.there} of them before" if pictures.there else ""
    found = pictures.saved + pictures.there
    how_many = "1 picture is" if found == 1 else f"{found} pictures are"
    screen.done(f"{how_many} in {pictures.folder}{before}")
    for reason in pictures.why[:_SHOWN]:
        screen.note(reason)
    if pictures.missing:
        screen.failed(f"{pictures.missing} could not be saved: `plantain batch wait` fetches what is missing")
