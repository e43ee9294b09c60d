"""Shows files and their pictures while they come: a table that moves on a terminal, plain lines elsewhere."""

import datetime as dt
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import PurePosixPath

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.arrivals import Drop, Picture

_STYLES = {"success": "green", "fail": "red", "accepted": "yellow"}


class ArrivalsView:
    """`with view.shown(): … view.show(picture, drop)`, for these files."""

    def __init__(self, drops: Sequence[Drop]) -> None:
        self._drops = drops
        self._console = Console(highlight=False)
        self._spinners = {id(drop): Spinner("dots") for drop in drops}

    def shown(self) -> AbstractContextManager[object]:
        """Drawn as long as this lasts, and left standing as it was last."""
        if not self._console.is_terminal:
            return nullcontext()
        return Live(get_renderable=self.table, console=self._console, refresh_per_second=8)

    def show(self, drop: Drop, came: Sequence[Picture]) -> None:
        """These pictures have come, and perhaps the end."""
        if self._console.is_terminal:
            return
        for picture in came:
            print(f"{picture.seconds:6.1f} s  {drop.sample.key}: {picture.key}", flush=True)
        if drop.ended:
            print(f"{drop.seconds:6.1f} s  {drop.sample.key}: {drop.tag}", flush=True)

    def table(self) -> Table:
        """How it stands."""
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), expand=True)
        table.add_column("", width=1)
        table.add_column(
            "dropped", no_wrap=True, min_width=max(len(drop.sample.path.name) for drop in self._drops)
        )
        table.add_column("tag", min_width=8)
        table.add_column("seconds", justify="right", min_width=7)
        table.add_column("picture", no_wrap=True, overflow="crop", ratio=1)
        for drop in self._drops:
            come = [(_short(picture.key), f"{picture.seconds:.1f}") for picture in drop.pictures]
            (first, seconds), *others = come or [(_waiting_for(drop), f"{drop.seconds:.1f}")]
            style = "default" if come else "dim"
            table.add_row(self._mark(drop), drop.sample.path.name, _tag(drop), seconds, Text(first, style=style))
            for key, seconds in others:
                table.add_row("", "", "", seconds, Text(key))
        return table

    def _mark(self, drop: Drop) -> Text | Spinner:
        if not drop.ended:
            return self._spinners[id(drop)]
        return Text("✗", style="red") if drop.failures else Text("✓", style="green")


def _short(key: str) -> str:
    """Its name with the end of the task's id, by which pictures of one file differ: `leaf__…8d1f3a.png`."""
    return re.sub(r"__[0-9a-f-]{30}([0-9a-f]{6})", r"__…\1", PurePosixPath(key).name)


def _tag(drop: Drop) -> Text:
    return Text(drop.tag, style=_STYLES.get(drop.tag, "dim"))


def _waiting_for(drop: Drop) -> str:
    if drop.failures:
        return "none"
    if drop.sample.due:
        seconds = (drop.sample.due - dt.datetime.now(dt.UTC)).total_seconds()
        return f"due in {seconds:.0f} s" if seconds > 0 else "due now"
    return "…"
