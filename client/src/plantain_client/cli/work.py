"""What is going on, and how far it is."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from plantain_client.cli.letters import plain


class Work:
    """A bar on a terminal; elsewhere a line by `note` for each thing that is said."""

    def __init__(self, console: Console, note: Callable[[str], object], what: str) -> None:
        self._bar, self._note, self._said = _bar(console), note, ""
        self._row = self._bar.add_task(_padded(what), total=None) if self._bar else None
        if self._bar:
            self._bar.start()
        self.say(what)

    def say(self, what: str, done: int = 0, of: int | None = None) -> None:
        """What is done now, and how much of it where that is known."""
        if what == self._said:
            return
        self._said = what
        if self._bar and self._row is not None:
            self._bar.update(self._row, description=_padded(what), completed=done, total=of)
        else:
            self._note(what)

    def stop(self) -> None:
        """It is over: nothing moves any more."""
        if self._bar:
            self._bar.stop()


def _bar(console: Console) -> Bar | None:
    """None where nobody looks, or nothing can move."""
    if not console.is_terminal or console.is_dumb_terminal:
        return None
    return Bar(
        SpinnerColumn(finished_text=Text("✓", "green")),
        TextColumn("{task.description}"),
        BarColumn(32, complete_style="green", finished_style="green", pulse_style="green"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _padded(what: str) -> str:
    # Rich reads markup here, so a bracket has to be escaped.
    return f"{plain(what):<26}".replace("[", r"\[")
