"""`plantain schedules [show | put | delete | runs]`: content that comes by itself."""

import argparse
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from plantain_client import Plantain, Run, Schedule
from plantain_client.cli.advice import OK
from plantain_client.cli.screen import Screen, plain

_WHEN = ("cron", "rate", "at")


def list_schedules(_: argparse.Namespace, screen: Screen) -> int:
    """Show the schedules there are."""
    with Plantain() as client:
        schedules = client.list_schedules()
    if screen.as_json:
        screen.document({"schedules": [dict(schedule.document) for schedule in schedules]})
    else:
        _show_list(screen, schedules)
    return OK


def show(asked: argparse.Namespace, screen: Screen) -> int:
    """Show one schedule."""
    with Plantain() as client:
        _show(screen, client.get_schedule(asked.name))
    return OK


def put(asked: argparse.Namespace, screen: Screen) -> int:
    """Keep the schedule that a file describes, under the file's name or another."""
    with Plantain() as client:
        name, schedule = asked.schedule
        _show(screen, client.put_schedule(asked.name or name, schedule))
    return OK


def delete(asked: argparse.Namespace, screen: Screen) -> int:
    """End a schedule."""
    with Plantain() as client:
        client.delete_schedule(asked.name)
    if screen.as_json:
        screen.document({"name": asked.name, "deleted": True})
    else:
        screen.done(f"{asked.name} runs no more")
    return OK


def runs(asked: argparse.Namespace, screen: Screen) -> int:
    """Show what became of the planned times."""
    with Plantain() as client:
        page = client.list_runs(asked.name, limit=asked.limit)
    if screen.as_json:
        screen.document({"runs": [dict(run.document) for run in page.runs], "cursor": page.cursor})
        return OK
    for run in page.runs:
        screen.result_fields(f"{run.planned_at:%Y-%m-%dT%H:%M:%SZ}", run.state, _jobs(run), _cost(run))
        for problem in run.problems:
            screen.note(f"{run.planned_at:%Y-%m-%d %H:%M} {problem}")
    if not page.runs:
        screen.note("No runs yet.")
    return OK


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
        return
    told = schedule.document
    rows = {"schedule": schedule.name, "kept by": schedule.kept_by, "rests": "" if schedule.enabled else "yes"}
    rows |= {name: str(told[name]) for name in _WHEN if told.get(name)}
    rows |= {"zone": schedule.timezone, "requests": str(len(told.get("requests", [])))}
    rows |= {f"run {n}": f"{run:%a %Y-%m-%d %H:%M %z}" for n, run in enumerate(schedule.next_runs, start=1)}
    screen.rows({name: value for name, value in rows.items() if value})


def _show_list(screen: Screen, schedules: Iterable[Schedule]) -> None:
    """A table on a terminal; elsewhere a line each, its fields between tabs."""
    rows = [(s.name, s.kept_by, s.timezone, _next(s)) for s in schedules]
    if not screen.out.is_terminal:
        for row in rows:
            screen.result_fields(*row)
        return
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("SCHEDULE", "KEPT BY", "ZONE", "NEXT RUN"):
        table.add_column(title)
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    if rows:
        screen.out.print(table)
    else:
        screen.note("No schedules. `plantain schedules put FILE` keeps one.")


def _next(schedule: Schedule) -> str:
    if not schedule.enabled:
        return "rests"
    return schedule.next_runs[0].isoformat() if schedule.next_runs else ""


def _jobs(run: Run) -> str:
    return " ".join(f"{job.task_id} {job.state}" for job in run.jobs)


def _cost(run: Run) -> str:
    return f"{run.cost.credits:g}" if run.cost else ""
