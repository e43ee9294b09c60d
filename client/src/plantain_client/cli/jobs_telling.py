"""Jobs as operators see them: in doubt, or under way."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from plantain_client.cli.letters import plain
from plantain_client.cli.operating import iso, moment
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import age

_TIMES = ("createdAt", "sentAt", "unknownSince", "endedAt", "balanceBeforeAt")


def show_unknown(screen: Screen, found: Sequence[dict[str, Any]], days: int) -> None:
    """A few lines for each on a terminal; elsewhere a line each, its fields between tabs."""
    if not found:
        screen.note(f"There is none of the last {days} days, but for those that were dismissed.")
    elif not screen.out.is_terminal:
        for job in found:
            screen.result_fields(*_row(job).values())
    else:
        screen.out.print(Text("\n\n").join(map(_told, found)), no_wrap=True, overflow="ellipsis")
        screen.note(f"Next: {ways_on('ID')}")


def ways_on(task_id: str) -> str:
    """What an operator may do with a job, the safest first."""
    return (
        f"`plantain jobs redrive {task_id}` where an id stands behind KIE. Else look at Kie.ai's log page: "
        f"`plantain jobs adopt {task_id} KIE_ID` if it shows the job; if not, ten minutes after the sending, "
        f"`plantain jobs resend {task_id}`; or `plantain jobs dismiss {task_id}` if nobody needs it."
    )


def show_open(screen: Screen, found: Sequence[dict[str, Any]], *, limit: int) -> None:
    """A line each: how old it is, how far it has come, whose it is and what it draws; not more than `limit`."""
    # Ids are there to be copied: only the caller and the prompt give way to a narrow terminal.
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title, width in (("TASK", 36), ("AGE", 4), ("STATE", 10), ("CHARGED", 7)):
        table.add_column(title, min_width=width, no_wrap=True)
    table.add_column("CALLER", max_width=20, no_wrap=True, overflow="ellipsis")
    table.add_column("PROMPT", ratio=1, no_wrap=True, overflow="ellipsis")
    now = dt.datetime.now(dt.UTC)
    for job in found[:limit]:
        old = age(now - dt.datetime.fromtimestamp(job["createdAt"] / 1000, dt.UTC))
        fields = (job["taskId"], old, job["state"], job["charged"], job["caller"], job["prompt"][:40])
        if screen.out.is_terminal:
            table.add_row(*(Text(plain(field)) for field in fields))
        else:
            screen.result_fields(*fields)
    if table.row_count:
        screen.out.print(table)
    if len(found) > limit:
        screen.note(f"There are more than these {limit}: --limit NUMBER shows more.")
    if not found:
        screen.note("All jobs have ended.")


def _told(job: dict[str, Any]) -> Text:
    """A few lines: ids are there to be copied, and side by side they are wider than a terminal."""
    row = {name: plain(value) for name, value in _row(job).items()}
    row["BALANCE"] += " credits" if row["BALANCE"] != "-" else ""
    doubt = "yellow" if job["charged"] == "unknown" else ""
    lines = [Text.assemble(f"{row['TASK']}  {row['CODE']}, ", (f"charged: {row['CHARGED']}", doubt))]
    for names in (("SENT", "CALLER"), ("BALANCE",), ("KIE",), ("PROMPT",)):
        lines.append(Text("   ").join(Text.assemble((f"{name} ", "dim"), row[name]) for name in names))
        lines[-1].pad_left(2)
    return Text("\n").join(lines)


def shown(job: dict[str, Any]) -> dict[str, Any]:
    """For a program: the times as the API writes them."""
    return {name: iso(value) if name in _TIMES else value for name, value in job.items()}


def _row(job: dict[str, Any]) -> dict[str, str]:
    return {
        "TASK": job["taskId"],
        "CODE": job.get("code", job["state"]),
        "CHARGED": job["charged"],
        "SENT": moment(job.get("sentAt")),
        "KIE": job.get("kieTaskId") or job.get("namedKieTaskId") or "-",
        "BALANCE": _balances(job),
        "CALLER": job["caller"],
        "PROMPT": job["prompt"],
    }


def _balances(job: dict[str, Any]) -> str:
    """Some time before it was sent, where that is known; at the loss; at the end."""
    told = [_credits(job[name]) if name in job else "?" for name in ("balanceAtLoss", "balanceAtEnd")]
    if "balanceBefore" in job:
        earlier = age(dt.timedelta(milliseconds=job["sentAt"] - job["balanceBeforeAt"]))
        told.insert(0, f"{_credits(job['balanceBefore'])} ({earlier} before)")
    return "-" if set(told) == {"?"} else " → ".join(told)


def _credits(balance: float) -> str:
    """No more places behind the point than there are, and every one before it."""
    return f"{balance:.2f}".rstrip("0").rstrip(".")
