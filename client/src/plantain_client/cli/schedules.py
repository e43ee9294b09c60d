"""`plantain schedules [show | put | delete | runs]`: content that comes by itself."""

import argparse
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from plantain_client import KeptElsewhere, Schedule
from plantain_client.cli.advice import FAILED, OK, trouble_of
from plantain_client.cli.calling import calling
from plantain_client.cli.schedule_telling import show_runs, show_schedule, show_schedules
from plantain_client.cli.screen import Screen


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
        name, schedule = asked.schedule
        _show(screen, client.put_schedule(asked.name or name, schedule))
    return OK


def delete(asked: argparse.Namespace, screen: Screen) -> int:
    """End a schedule."""
    with calling(screen) as client:
        try:
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


def read_file(path: Path) -> dict[str, Any]:
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
