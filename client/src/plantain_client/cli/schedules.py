"""`plantain schedules [show | put | delete | runs]`: content that comes by itself."""

import argparse
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from plantain_client import KeptElsewhere, Schedule
from plantain_client.cli import words
from plantain_client.cli.advice import trouble_of
from plantain_client.cli.calling import calling
from plantain_client.cli.options import described
from plantain_client.cli.schedule_telling import show_runs, show_schedule, show_schedules
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions."""
    found = parser.add_subparsers(metavar="ACTION", title="actions")
    for name, run, summary in (
        ("list", list_schedules, "show the schedules there are"),
        ("show", show, "show a schedule and when it runs next"),
        ("put", put, "keep the schedule that a file describes, new or in place of what you had put"),
        ("delete", delete, "end a schedule of yours"),
        ("runs", runs, "show what became of its planned times, and what it cost"),
    ):
        made = described(found, name, summary)
        made.set_defaults(run=run)
        # What was said before the action holds, unless it is said again.
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
        if name == "put":
            made.add_argument("schedule", type=_schedule_in, metavar="FILE", help="a TOML or JSON file")
            made.add_argument("--name", type=words.text, metavar="NAME", help="its name (default: the file's)")
        elif name != "list":
            made.add_argument("name", type=words.text, metavar="NAME")
        if name == "runs":
            made.add_argument("--limit", type=words.count, default=20, metavar="N", help="so many (default 20)")


def list_schedules(_: argparse.Namespace, screen: Screen) -> int:
    """Show the schedules there are."""
    with calling(screen) as client:
        schedules = client.list_schedules()
    if screen.as_json:
        screen.document({"schedules": [dict(schedule.document) for schedule in schedules]})
    else:
        show_schedules(screen, schedules)
    return OK


def show(asked: argparse.Namespace, screen: Screen) -> int:
    """Show one schedule."""
    with calling(screen) as client:
        _show(screen, client.get_schedule(asked.name))
    return OK


def put(asked: argparse.Namespace, screen: Screen) -> int:
    """Keep the schedule that a file describes, under the file's name or another."""
    with calling(screen) as client:
        name, schedule = asked.name or asked.schedule[0], asked.schedule[1]
        what = f"The schedule {name} may have been kept; then its runs cost."
        with screen.doubting(what, f"See whether it is: plantain schedules show {name}"):
            kept = client.put_schedule(name, schedule)
        _show(screen, kept)
    return OK


def delete(asked: argparse.Namespace, screen: Screen) -> int:
    """End a schedule."""
    with calling(screen) as client:
        what = f"The schedule {asked.name} may not have ended; then its runs cost."
        try:
            with screen.doubting(what, f"Ask once more: plantain schedules delete {asked.name}"):
                client.delete_schedule(asked.name)
        except KeptElsewhere as error:
            screen.trouble(replace(trouble_of(error), advice=_end_it(client.get_schedule(asked.name))))
            return FAILED
    if screen.as_json:
        screen.document({"name": asked.name, "deleted": True})
    else:
        screen.done(f"{asked.name} runs no more")
    return OK


def runs(asked: argparse.Namespace, screen: Screen) -> int:
    """Show what became of the planned times."""
    with calling(screen) as client:
        page = client.list_runs(asked.name, limit=asked.limit)
    if screen.as_json:
        screen.document({"runs": [dict(run.document) for run in page.runs], "cursor": page.cursor})
        return OK
    show_runs(screen, page.runs)
    return OK


def _end_it(schedule: Schedule) -> str:
    """Where a schedule is ended that is not this caller's to end."""
    match schedule.kept_by:
        case "file":
            return f"Delete the file schedules/{schedule.name}.toml in the inbox."
        case "template":
            return "Deploy the stack with an empty parameter ScheduledExpression."
    return "Whoever put it can delete it."


def _read(path: Path) -> dict[str, Any]:
    """The schedule in a TOML or JSON file. Raises ValueError that says what is wrong with it; OSError."""
    content = path.read_text(encoding="utf-8-sig")
    document = json.loads(content) if path.suffix == ".json" else tomllib.loads(content)
    if not isinstance(document, dict):
        raise ValueError("is no JSON object")
    return document


def _show(screen: Screen, schedule: Schedule) -> None:
    if screen.as_json:
        screen.document(schedule.document)
    else:
        show_schedule(screen, schedule)


def _schedule_in(text: str) -> tuple[str, dict[str, Any]]:
    """The name that a file gives its schedule, and what it says."""
    path = Path(text)
    try:
        return path.stem, _read(path)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"there is no file {text} that can be read ({error.strerror})") from None
    except (ValueError, RecursionError) as bad:
        raise argparse.ArgumentTypeError(f"{text} cannot be read: {bad}") from None
