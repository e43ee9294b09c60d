"""`make bench`: what Plantain costs in time, memory and steps, each figure beside one of the same run.

A table to look at, never a test: machines are noisy, so compare the ratios.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.rows import Row, told

ROOT = Path(__file__).parents[2]

# Each in a process of its own: one embedded AWS per process, and peak memory is the process's.
BENCHMARKS = {
    "imports": "Cold start: importing a function, beside bare boto3 with one client (CPU time)",
    "storing": "Storing an image on loopback, beside a bare socket copy of the same bytes",
    "one_job": "One job at a time over the HTTP API of the local cloud",
    "doorbell": "Tasks of 60 s and 180 s with and without callbacks, beside a plain 'wait 3 s, look' machine",
    "many_jobs": "Many jobs at once, beside the same jobs one by one",
    "batches": "A batch of 1,000 rows, beside one of 10",
    "drops": "Many files dropped at once, beside the pace that Kie.ai's limit allows",
    "crashes": "Random schedules of the crash model: what was done to them, and what became of the wishes",
}


def main() -> int:
    """Run the asked benchmarks and print a table for each; 1 if one of them broke."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"any of {', '.join(BENCHMARKS)} (all by default)")
    asked = parser.parse_args().only or list(BENCHMARKS)
    if unknown := set(asked) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    console = Console(width=None if sys.stdout.isatty() else 110)
    broken = 0
    for name in asked:
        with console.status(BENCHMARKS[name]):
            done = subprocess.run(
                [sys.executable, "-m", f"tests.bench.{name}"],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": "layers/plantain"},
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
        if done.returncode:
            console.print(f"[red]{name} broke; its own words are above.[/red]")
            broken += 1
            continue
        console.print(_table(BENCHMARKS[name], told(done.stdout)))
    return min(broken, 1)


def _table(title: str, rows: list[Row]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for column in ("measured", "beside", "ratio"):
        table.add_column(column, justify="right")
    table.add_column("aim")
    for row in rows:
        mark = {True: "[green]✓[/green] ", False: "[red]✗[/red] ", None: ""}[row.met]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.what, row.figure, row.beside, ratio, mark + row.aim)
    return table


if __name__ == "__main__":
    sys.exit(main())
