"""What is shown: results on standard output, all else on standard error; nothing moves where nobody looks."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from plantain_client.cli.letters import can_write, plain
from plantain_client.cli.trouble import COSTS, JOB_FAILED, Trouble
from plantain_client.cli.work import Work
from plantain_client.task import Charged


class Screen:
    """Two consoles, and what a Ctrl-C has to tell: the task that goes on, the key under which it was asked for.

    `charged` is what was last seen of the task's cost. `in_doubt` is what may have been done by a request that can
    cost money and whose answer was not read, and the advice.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.task_id: str | None = None
        self.charged: Charged = "unknown"
        self.batch_id: str | None = None
        self.idempotency_key: str | None = None
        self.in_doubt: tuple[str, str] | None = None
        self.out, self.err = _console(stderr=False), _console(stderr=True)

    def result(self, text: str) -> None:
        """A line for whoever reads on: a path, an id."""
        sys.stdout.write(plain(text) + "\n")

    def text(self, text: str) -> None:
        """A text of several lines for whoever reads on, such as a prompt."""
        for line in text.split("\n"):
            self.result(line)

    def result_fields(self, *fields: str) -> None:
        """A line of fields between tabs, for a program."""
        sys.stdout.write("\t".join(map(plain, fields)) + "\n")

    def document(self, document: Mapping[str, Any]) -> None:
        """The one JSON document. What is whole has no point, as the API writes it."""
        document = _evened(document)
        written = json.dumps(document, ensure_ascii=False, indent=2)
        if not can_write(sys.stdout.encoding or "utf-8", written):
            written = json.dumps(document, indent=2)  # the same document in ASCII
        sys.stdout.write(written + "\n")

    def note(self, text: str, style: str = "dim") -> None:
        """What a person may want to know besides."""
        self.err.print(Text(plain(text), style), soft_wrap=True)

    def done(self, text: str) -> None:
        """Something went well."""
        self.err.print(Text.assemble(("✓ ", "green"), plain(text)), soft_wrap=True)

    def failed(self, text: str) -> None:
        """Something went otherwise."""
        self.err.print(Text.assemble(("✗ ", "red"), plain(text)), soft_wrap=True)

    @property
    def somebody_is_there(self) -> bool:
        """Whether a question would be seen and could be answered."""
        return sys.stdin.isatty() and self.err.is_terminal

    def agrees(self, question: str) -> bool:
        """Whether a person says yes."""
        try:
            self.err.print(Text(plain(question)), end="", soft_wrap=True)
            return input().strip().lower() in ("y", "yes")
        except EOFError:
            return False

    def rows(self, rows: Mapping[str, str]) -> None:
        """Names and values, one a line."""
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows.items():
            table.add_row(name, Text(plain(value)))
        if self.out.is_terminal:
            self.out.print(table)
        else:
            for name, value in rows.items():
                self.result_fields(name, value)

    def trouble(self, trouble: Trouble) -> None:
        """An error: to a person on standard error, and to a program as its document."""
        if self.as_json:
            self.document(trouble.document())
        head = Text.assemble(("✗ ", "red"), plain(trouble.what))
        rows = {"Next": trouble.advice}
        if trouble.charged:
            rows = {"Cost": trouble.cost or COSTS[trouble.charged], **rows}
        if trouble.exit_code == JOB_FAILED:
            rows = {"Task": trouble.task_id or "", "Code": trouble.code, **rows}
        if not self.err.is_terminal:
            self.err.print(head, soft_wrap=True)
            for name, value in rows.items():
                self.err.print(Text(f"  {name}: {plain(value)}"), soft_wrap=True)
            return
        self.err.print(head)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows.items():
            table.add_row(f"  {name}", Text(plain(value)))
        self.err.print(table)

    @contextmanager
    def doubting(self, what: str, advice: str) -> Iterator[None]:
        """Something is asked for that can cost money: a Ctrl-C before its answer is read tells this of it."""
        try:
            yield
        except KeyboardInterrupt:
            self.in_doubt = what, advice
            raise

    @contextmanager
    def working(self, what: str) -> Iterator[Work]:
        """A bar that moves while something goes on; plain lines where there is no terminal."""
        work = Work(self.err, self.note, what)
        try:
            yield work
        finally:
            work.stop()


def _evened(value: Any) -> Any:
    match value:
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case Mapping():
            return {name: _evened(part) for name, part in value.items()}
        case list() | tuple():
            return [_evened(part) for part in value]
    return value


def _console(*, stderr: bool) -> Console:
    # Without colours there are no styles either, not even bold.
    styles = None if "NO_COLOR" in os.environ else "auto"
    return Console(stderr=stderr, color_system=styles, highlight=False)  # type: ignore[arg-type]
