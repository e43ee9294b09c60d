"""`plantain doctor`: checks everything that a caller depends on, and says what is wrong and what to do."""

import argparse
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from plantain_client.cli.checks import NAMES, Check, checks
from plantain_client.cli.letters import plain
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, OK

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "dim")}


def doctor(asked: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001 - as every command
    """Check one thing after the other, each on its line."""
    found = []

    def tell(check: Check) -> None:
        found.append(check)
        if not screen.as_json:
            _show(screen, check)

    for check in checks(screen):
        tell(check)
    for name in NAMES:
        if name not in [check.name for check in found]:
            tell(Check(name, None, "not checked"))
    fine = all(check.ok for check in found)
    if screen.as_json:
        screen.document({"ok": fine, "checks": [asdict(check) for check in found]})
    return OK if fine else FAILED


def _show(screen: Screen, check: Check) -> None:
    mark, style = _MARKS[check.ok]
    if not screen.out.is_terminal:
        screen.result(f"{mark} {check.name}: {check.detail}")
        if check.advice:
            screen.result(f"  → {check.advice}")
        return
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=9)
    table.add_column(overflow="fold")
    table.add_row(Text(mark, style), check.name, Text(plain(check.detail), "dim" if check.ok is None else ""))
    if check.advice:
        table.add_row("", "", Text(f"→ {plain(check.advice)}", "bold"))
    screen.out.print(table)
