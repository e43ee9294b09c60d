"""A task in words: rows for one, a table for several."""

import datetime as dt
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from plantain_client.cli.letters import plain
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import COSTS, NOTHING_YET
from plantain_client.money import BudgetLeft
from plantain_client.task import Cost, Image, Task

_PAUSED_BY = {"operator": "an operator", "kie-credits": "Kie.ai's balance, which is used up"}
_STYLES = {"success": "green", "fail": "red", "processing": "yellow", "pending": "yellow"}


def show_task(screen: Screen, task: Task) -> None:
    """Everything about one task that a person wants to know."""
    asked = " ".join(filter(None, (task.aspect_ratio, task.resolution, task.output_format)))
    rows = {
        "task": task.task_id,
        "state": task.state + (" (late)" if task.late and not task.has_ended else ""),
        "prompt": task.prompt,
        **({"preset": str(task.preset)} if task.preset else {}),
        "asked for": asked,
        "created": here(task.created_at),
    }
    if task.ended_at:
        rows["ended"] = here(task.ended_at)
    if task.cost_time is not None:
        rows["drawn in"] = f"{task.cost_time / 1000:g} s"
    rows["cost"] = cost_of(task)
    if task.state == "fail":
        rows["why"] = f"{task.fail_msg} ({task.fail_code})"
    for image in task.images:
        rows["image" if len(task.images) == 1 else f"image {task.images.index(image) + 1}"] = size_of(image)
    screen.rows(rows)


def show_list(screen: Screen, tasks: Iterable[Task]) -> None:
    """A table on a terminal; elsewhere a line each, its fields between tabs."""
    if not screen.out.is_terminal:
        for task in tasks:
            cost = f"{task.cost.credits:g}" if task.cost else ""
            screen.result_fields(task.task_id, task.state, here(task.created_at), cost, task.prompt)
        return
    # Ids are there to be copied: only the prompt gives way to a narrow terminal.
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("TASK", min_width=36)
    table.add_column("STATE", min_width=10)
    table.add_column("AGE", min_width=3, justify="right")
    table.add_column("COST", min_width=5, justify="right")
    table.add_column("PROMPT", ratio=1, no_wrap=True, overflow="ellipsis")
    now = dt.datetime.now(dt.UTC)
    for task in tasks:
        state = Text(task.state, _STYLES[task.state])
        cost = f"${task.cost.usd:.2f}" if task.cost else {"no": "–", "unknown": "?", "yes": "$"}[task.charged]
        table.add_row(task.task_id, state, age(now - task.created_at), cost, Text(plain(task.prompt)))
    if table.row_count:
        screen.out.print(table)
    else:
        screen.note("No tasks. `plantain generate PROMPT` makes one.")


def cost_of(task: Task) -> str:
    """What it has cost."""
    if task.cached:
        return "nothing: it was made before"
    if task.cost:
        return cost_in_words(task.cost)
    return NOTHING_YET if task.charged == "no" and not task.has_ended else COSTS[task.charged]


def cost_in_words(cost: Cost) -> str:
    """Credits and dollars."""
    return f"{credits_in_words(cost.credits)} (${cost.usd:,.2f})"


def credits_in_words(credits: float) -> str:
    """With separators, and no more places behind the point than there are."""
    return f"{credits:,.2f}".rstrip("0").rstrip(".") + " credits"


def size_of(image: Image) -> str:
    """Its measures."""
    return f"{image.width}×{image.height}, {image.size / 1000:,.0f} kB, {image.content_type}"


def age(passed: dt.timedelta) -> str:
    """The time in its largest unit."""
    seconds = max(0, int(passed.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def moment_in_words(moment: dt.datetime) -> str:
    """To the second, with its zone, as every time is shown: 2026-11-30 09:00:00+01:00."""
    return moment.isoformat(" ", "seconds")


def pause_in_words(by: str, reason: str, since: str) -> str:
    """Who has paused creates, since when (in words already) and why."""
    whose = f"Creates are paused since {since} by {_PAUSED_BY.get(by, by)}"
    return f"{whose}: {reason}" if reason else f"{whose}."


def here(moment: dt.datetime) -> str:
    """As this machine's clock shows it."""
    return moment_in_words(moment.astimezone())


def whose_budget(budget: BudgetLeft) -> str:
    """Whose money it is."""
    return "whole stack" if budget.scope == "stack" else f"{budget.scope} {budget.name}"


def field_in_words(name: str) -> str:
    """A field as files write it: aspectRatio is aspect_ratio."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
