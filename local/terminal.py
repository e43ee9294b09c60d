"""What the local commands show: one line that moves on a terminal, plain lines elsewhere."""

import itertools
import os
import shutil
import sys
import time
from types import TracebackType
from typing import Self

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME_SECONDS = 0.1


def styled(text: str, code: str) -> str:
    """The text in an ANSI style, where the terminal shows styles."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def bold(text: str) -> str:
    return styled(text, "1")


def faint(text: str) -> str:
    return styled(text, "2")


def show_logs(function: str, line: str) -> None:
    """One line that a Lambda function logged, in the place of a moving one."""
    start = "\r\x1b[K" if sys.stdout.isatty() else ""
    print(start + faint(f"{function.removeprefix('plantain-').rpartition('-')[0]}: {line}"), file=sys.stderr)


class Progress:
    """A step with the time it takes: `with Progress("Deploying") as step: … step.say("half way")`."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._said = ""
        self._failed = False
        self._frames = itertools.cycle(_FRAMES)
        self._moves = sys.stdout.isatty()

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        if self._moves:
            self._draw(next(self._frames))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        mark = styled("✗", "31") if kind or self._failed else styled("✓", "32")
        if self._moves:
            self._draw(mark)
            print()
        else:
            print(f"{mark} {self._line()}", flush=True)

    def say(self, text: str) -> None:
        """What the step is doing now."""
        if not self._moves and text != self._said:
            print(f"  {self._title}: {text}", flush=True)
        self._said = text

    def fail(self) -> None:
        """What it does has gone wrong, and is shown so."""
        self._failed = True

    def wait(self, seconds: float) -> None:
        """Let time pass, visibly."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._moves:
                self._draw(next(self._frames))
            time.sleep(min(_FRAME_SECONDS, left))

    def _line(self) -> str:
        # A longer line would be wrapped, and each redrawing would leave one behind.
        width = shutil.get_terminal_size().columns - 2 if self._moves else 200
        title = f"{self._title:<44}"[: max(0, width - 10)]
        seconds = f"{time.monotonic() - self._start:5.1f} s"
        said = f"  {self._said}"[: max(0, width - len(title) - len(seconds))]
        return f"{title}{faint(seconds)}{said}".rstrip()

    def _draw(self, mark: str) -> None:
        print(f"\r\x1b[K{mark} {self._line()}", end="", flush=True)
