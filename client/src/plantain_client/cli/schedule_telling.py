"""Schedules and their runs in words: rows for one, a table for several."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from plantain_client import Run, Schedule
from plantain_client.cli.letters import plain
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import credits_in_words, field_in_words, here, moment_in_words
from plantain_client.task import Cost

_WHEN = ("cron", "rate", "at", "start", "end")


def show_schedule(screen: Screen, schedule: Schedule) -> None:
    """What it asks for, and when it runs next."""
    told = schedule.document
    rows = {"schedule": schedule.name, "kept by": schedule.kept_by, "rests": "" if schedule.enabled else "yes"}
    rows |= {name: str(told[name]) for name in _WHEN if told.get(name)}
    rows |= {"timezone": schedule.timezone}
    rows |= {f"request {n}": _request(wish) for n, wish in enumerate(told.get("requests", []), start=1)}
    rows |= {f"run {n}": moment_in_words(run) for n, run in enumerate(schedule.next_runs, start=1)}
    screen.rows({name: value for name, value in rows.items() if value})


def show_schedules(screen: Screen, schedules: Iterable[Schedule]) -> None:
    """A table on a terminal; elsewhere a line each, its fields between tabs."""
    if not screen.out.is_terminal:
        for schedule in schedules:
            coming = [moment_in_words(run) for run in schedule.next_runs[:1]]
            screen.result_fields(schedule.name, schedule.kept_by, schedule.timezone, _next(schedule, coming))
        return
    table = _table("SCHEDULE", "KEPT BY", "TIMEZONE", "NEXT RUN")
    for schedule in schedules:
        coming = [moment_in_words(run) for run in schedule.next_runs[:1]]
        row = (schedule.name, schedule.kept_by, schedule.timezone, _next(schedule, coming))
        table.add_row(*(Text(plain(cell)) for cell in row))
    if table.row_count:
        screen.out.print(table)
    else:
        screen.note("No schedules. `plantain schedules put FILE` keeps one.")


def show_runs(screen: Screen, runs: Iterable[Run]) -> None:
    """A table on a terminal; elsewhere a line each, its fields between tabs. What stood in the way comes after."""
    table = _table("PLANNED", "STATE", "DONE", "FAILED", "COST")
    table.columns[0].no_wrap = True
    for column in table.columns[2:]:
        column.justify = "right"
    runs = list(runs)
    for run in runs:
        if not screen.out.is_terminal:
            jobs = " ".join(f"{job.task_id} {job.state}" for job in run.jobs)
            cost = f"{run.cost.credits:g}" if run.cost else ""
            screen.result_fields(here(run.planned_at), run.state, jobs, cost)
        made = Counter(job.state for job in run.jobs)
        done = f"{made['success']}/{len(run.jobs)}" if run.jobs else "–"
        failed = Text(str(made["fail"] or "–"), "red" if made["fail"] else "")
        table.add_row(here(run.planned_at), plain(run.state), done, failed, _cost(run.cost))
    if not runs:
        screen.note("No runs yet.")
    elif screen.out.is_terminal:
        screen.out.print(table)
    for run in runs:
        for problem in run.problems:
            screen.note(f"{here(run.planned_at)} {problem}")


def _next(schedule: Schedule, coming: list[str]) -> str:
    return "".join(coming) if schedule.enabled else "rests"


def _cost(cost: Cost | None) -> str:
    return f"{credits_in_words(cost.credits)} · ${cost.usd:,.2f}" if cost else "–"


def _request(wish: Mapping[str, Any]) -> str:
    """What it asks for, in the words of a file: `preset quote-card; variables: quote = A | B`."""
    told = [wish["prompt"]] if "prompt" in wish else []
    for name, value in wish.items():
        if name == "variables" or name == "rotate":
            told.append(f"{name}: " + ", ".join(f"{one} = {_value(given)}" for one, given in value.items()))
        elif name != "prompt" and value not in (None, [], {}):
            told.append(f"{field_in_words(name)} {_value(value)}")
    return "; ".join(told)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(given)}" for name, given in value.items())
    return " | ".join(map(_value, value)) if isinstance(value, list) else str(value)


def _table(*titles: str) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in titles:
        table.add_column(title)
    return table
