"""Where images are saved, found out before anything is paid for, and saving them there."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from plantain_client import Plantain, PlantainError, Task
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import cost_of, size_of
from plantain_client.cli.trouble import OK
from plantain_client.cli.work import Work
from plantain_client.downloading import extension_of


class UnusableOutput(OSError):
    """Nothing can be saved there; nothing was asked for."""


def check_output(output: str) -> None:
    """Whether an image can be saved there. Raises UnusableOutput.

    A path with a slash at its end is a folder, which is made when it is needed.
    """
    path = Path(output or ".")
    try:
        if output.endswith("/"):
            _try_writing(next(folder for folder in (path, *path.parents) if os.path.lexists(folder)))
        elif path.is_dir():
            _try_writing(path)
        else:
            _try_writing(path.parent)
            _try_name(path)
    except OSError as error:
        raise UnusableOutput(error.errno, error.strerror, output or str(Path.cwd())) from None


def saved(client: Plantain, task: Task, output: str, work: Work) -> list[Path]:
    """Every image of the task, under the name that was asked for: the second as name-2.png."""
    work.say("downloading")
    path = Path(output or ".")
    if output.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
    files = []
    for index in itertools.count():
        numbered = path if path.is_dir() or not index else path.with_stem(f"{path.stem}-{index + 1}")
        files.append(client.download(task, numbered, index=index))
        if index + 1 >= len(task.images):
            return files
    raise AssertionError("unreachable")


@contextmanager
def paid_for(task: Task) -> Iterator[None]:
    """An image that cannot be brought was made all the same: its errors say what that has cost."""
    try:
        yield
    except PlantainError as error:
        error.charged = task.charged
        raise


def show_saved(screen: Screen, task: Task, files: list[Path]) -> int:
    """The files on standard output, what they are and cost beside it."""
    if screen.as_json:
        screen.document({**task.document, "files": [str(file) for file in files]})
        return OK
    for file, image in zip(files, task.images, strict=True):
        screen.result(str(file))
        if file.suffix.lower() not in (extension_of(image), ".jpeg"):
            screen.note(f"It is {image.content_type}, whatever its name says.")
        drawn = "" if task.cached else f" · drawn in {(task.cost_time or 0) / 1000:g} s"
        screen.done(f"{size_of(image)} · {cost_of(task)}{drawn}")
    return OK


def _try_writing(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder):
        pass


def _try_name(path: Path) -> None:
    """A name may be too long for its folder."""
    with suppress(FileNotFoundError):
        path.lstat()
