"""`plantain batch run | wait | status | confirm`: many wishes from one file."""

import argparse
from dataclasses import asdict
from pathlib import Path

from plantain_client import Batch, BatchRef, Plantain
from plantain_client.batches import BATCH_ATTEMPTS, start_batch
from plantain_client.cli import words
from plantain_client.cli.batch_saving import save_pictures, save_results
from plantain_client.cli.batch_telling import (
    how_to_confirm,
    price_of,
    show_bad_rows,
    show_batch,
    show_end,
    show_pictures,
)
from plantain_client.cli.calling import calling
from plantain_client.cli.options import described, patience
from plantain_client.cli.saving import check_output
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, JOB_FAILED, OK, STILL_RUNNING, Trouble
from plantain_client.cli.work import Work
from plantain_client.uploading import upload_rows

_MAY_BE_TAKEN_IN = "The batch may have been taken in; then it goes on."
_SAME_AGAIN = "Run the same again: it goes on with what was begun, and pays for no row twice."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions."""
    found = parser.add_subparsers(required=True, metavar="ACTION", title="actions")
    for name, does, summary in (
        ("run", run, "start a batch from a CSV or JSON Lines file, wait for it and save its results"),
        ("wait", wait, "wait for a batch and save its results"),
        ("status", status, "show a batch as it is now"),
        ("confirm", confirm, "say yes to the price of a batch that waits for it"),
    ):
        made = described(found, name, summary)
        made.set_defaults(run=does, refuse=made.error)
        made.add_argument("--json", action="store_true", help="one JSON document on standard output")
        if name == "run":
            made.add_argument("file", type=words.file, metavar="FILE", help="a row for each image; .csv or .jsonl")
            named = "what makes it the same batch when it is started again (default: the file's name)"
            made.add_argument("--name", type=words.text, metavar="NAME", help=named)
            how = made.add_mutually_exclusive_group()
            how.add_argument("--no-wait", action="store_true", help="print the batch's id and leave")
            how.add_argument("--yes", action="store_true", help="say yes to its price beforehand")
        else:
            made.add_argument("batch_id", type=words.text, metavar="ID")
        if name == "wait":
            made.add_argument("--yes", action="store_true", help="say yes to its price")
        if name in ("run", "wait"):
            where = "file or folder for the results (default: the batch's name, as cards.results.jsonl, here)"
            made.add_argument("-o", "--output", default="", metavar="PATH", help=where)
            pictures = "save the pictures there too; those that are there are not fetched again"
            made.add_argument("--images", type=words.text, default="", metavar="DIR", help=pictures)
            patience(made, BATCH_ATTEMPTS)


def run(asked: argparse.Namespace, screen: Screen) -> int:
    """Start a batch, wait for it and save its results."""
    if asked.images and asked.no_wait:
        asked.refuse("--images saves what has been made: it cannot be combined with --no-wait")
    _check_outputs(asked)
    with calling(screen) as client:
        with screen.working(f"uploading {asked.file.name}"):
            key = client.run(upload_rows(asked.file))
        name = asked.file.name if asked.name is None else asked.name
        with screen.doubting(_MAY_BE_TAKEN_IN, _SAME_AGAIN):
            ref = client.run(start_batch({"key": key}, name))
            screen.batch_id = ref.batch_id
        if asked.no_wait:
            return _started(ref, screen)
        screen.note(f"batch {ref.batch_id}")
        return _followed(client, asked, screen, ref.batch_id)


def wait(asked: argparse.Namespace, screen: Screen) -> int:
    """Wait for a batch and save its results."""
    _check_outputs(asked)
    screen.batch_id = asked.batch_id
    with calling(screen) as client:
        return _followed(client, asked, screen, asked.batch_id)


def status(asked: argparse.Namespace, screen: Screen) -> int:
    """Show a batch as it is now."""
    with calling(screen) as client:
        batch = client.get_batch(asked.batch_id)
    if screen.as_json:
        screen.document(batch.document)
        return OK
    show_batch(screen, batch)
    show_bad_rows(screen, batch)
    if batch.state == "waiting":
        screen.note(how_to_confirm(batch))
    return OK


def confirm(asked: argparse.Namespace, screen: Screen) -> int:
    """Say yes to the price of a batch."""
    with calling(screen) as client:
        ref = _confirmed(client, screen, asked.batch_id)
    if ref.state in ("done", "failed", "expired"):
        what = f"Batch {ref.batch_id} has ended ({ref.state}): there is nothing left to say yes to."
        advice = f"See what came of it: plantain batch status {ref.batch_id}"
        screen.trouble(Trouble(what, None, advice, "batch-ended"))
        return FAILED
    return _started(ref, screen)


def _check_outputs(asked: argparse.Namespace) -> None:
    check_output(asked.output)
    if asked.images:
        check_output(f"{asked.images.rstrip('/') or '/'}/")


def _started(ref: BatchRef, screen: Screen) -> int:
    if screen.as_json:
        screen.document({"batchId": ref.batch_id, "state": ref.state})
    else:
        screen.result(ref.batch_id)
        screen.note(f"It goes on by itself: plantain batch wait {ref.batch_id}")
    return OK


def _followed(client: Plantain, asked: argparse.Namespace, screen: Screen, batch_id: str) -> int:
    batch = _waited_for(client, asked, screen, batch_id)
    if batch.state == "waiting" and (asked.yes or _agreed(batch, screen)):
        _confirmed(client, screen, batch_id)
        batch = _waited_for(client, asked, screen, batch_id)
    file = save_results(client, batch, asked.output) if batch.state == "done" else None
    pictures = None
    if file and asked.images:
        with screen.working("saving pictures") as work:
            pictures = save_pictures(client, file, Path(asked.images), work)
    if screen.as_json:
        told = {} if pictures is None else {"pictures": {**asdict(pictures), "folder": str(pictures.folder)}}
        screen.document({**batch.document, "file": str(file) if file else None, **told})
    else:
        show_end(screen, batch, str(file) if file else None)
        if pictures:
            show_pictures(screen, pictures)
    if batch.state == "waiting":
        return STILL_RUNNING
    if not batch.is_complete:
        return JOB_FAILED
    return FAILED if pictures and pictures.missing else OK


def _confirmed(client: Plantain, screen: Screen, batch_id: str) -> BatchRef:
    what = f"Batch {batch_id} may have had its yes; then it goes on."
    advice = f"See how it is: plantain batch status {batch_id} (yes said again changes nothing)"
    with screen.doubting(what, advice):
        return client.confirm_batch(batch_id)


def _waited_for(client: Plantain, asked: argparse.Namespace, screen: Screen, batch_id: str) -> Batch:
    with screen.working("checking") as work:
        return client.wait_for_batch(
            batch_id, asked.max_attempts, asked.interval, lambda batch: _show_look(batch, work)
        )


def _show_look(batch: Batch, work: Work) -> None:
    counts, can_be_made = batch.counts, batch.rows - batch.counts.invalid
    failed = f", {counts.fail} failed" if counts.fail else ""
    if batch.state == "running":
        work.say(f"{counts.success} of {can_be_made} made{failed}", counts.success + counts.fail, can_be_made)
    else:
        work.say(batch.state)


def _agreed(batch: Batch, screen: Screen) -> bool:
    """Asks, where somebody is there to answer."""
    if screen.as_json or not screen.somebody_is_there:
        return False
    show_bad_rows(screen, batch)
    return screen.agrees(f"{price_of(batch)} Start it? [y/N] ")
