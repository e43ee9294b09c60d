"""The entry of the `plantain` command: runs what was asked and turns errors into words and exit codes."""

import argparse
import os
import sys
from collections.abc import Sequence

from plantain_client.cli.advice import same_key, trouble_of
from plantain_client.cli.arguments import arguments
from plantain_client.cli.letters import write_what_can_be_written
from plantain_client.cli.saving import UnusableOutput
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, INTERRUPTED, NOTHING_YET, USAGE, Trouble
from plantain_client.errors import PlantainError


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code. A command line that cannot be understood ends in SystemExit(2)."""
    write_what_can_be_written()
    asked = arguments().parse_args(argv)
    screen = Screen(as_json=asked.json)
    try:
        code: int = asked.run(asked, screen)
        sys.stdout.flush()
        return code
    except PlantainError as error:
        trouble = trouble_of(error, may_be_4k=_may_be_4k(asked))
    except KeyboardInterrupt:
        trouble = _interruption(screen)
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not try to flush it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        trouble = _file_trouble(screen, error)
    screen.trouble(trouble)
    return trouble.exit_code


def _may_be_4k(asked: argparse.Namespace) -> bool:
    """1K and 2K cost the same; a preset may say 4K itself."""
    resolution, preset = getattr(asked, "resolution", None), getattr(asked, "preset", None)
    return resolution == "4K" or (resolution is None and preset is not None)


def _interruption(screen: Screen) -> Trouble:
    if screen.in_doubt:
        what, advice = screen.in_doubt
        return Trouble(f"Interrupted. {what}", "unknown", advice, "interrupted", INTERRUPTED)
    if batch_id := screen.batch_id:
        what, advice = f"Interrupted. Batch {batch_id} goes on.", f"Go on waiting: plantain batch wait {batch_id}"
        return Trouble(what, "unknown", advice, "interrupted", INTERRUPTED)
    if task_id := screen.task_id:
        what, advice = f"Interrupted. Task {task_id} goes on.", f"Go on waiting: plantain wait {task_id}"
        cost = NOTHING_YET if screen.charged == "no" else ""
        return Trouble(what, screen.charged, advice, "interrupted", INTERRUPTED, task_id, cost=cost)
    if key := screen.idempotency_key:
        what = "Interrupted while asking. The request may have been taken in; then its job goes on."
        advice = f"`plantain list` shows it. {same_key(key)}"
        return Trouble(what, "unknown", advice, "interrupted", INTERRUPTED, idempotency_key=key)
    return Trouble("Interrupted.", "no", "Nothing was asked for.", "interrupted", INTERRUPTED)


def _file_trouble(screen: Screen, error: OSError) -> Trouble:
    """A file that cannot be read or written; the image itself is safe in the bucket."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if isinstance(error, UnusableOutput):
        advice = "Name a file in a folder that exists and can be written to, or a new folder with a / at its end."
        return Trouble(f"Nothing can be saved at {what}", "no", advice, "file-error", USAGE)
    if screen.batch_id:
        advice = f"The results are kept: plantain batch wait {screen.batch_id} -o PATH"
        return Trouble(what, "unknown", advice, "file-error")
    if screen.task_id:
        advice = f"The image is kept: plantain download {screen.task_id} -o PATH"
        return Trouble(what, "yes", advice, "file-error", task_id=screen.task_id)
    return Trouble(what, "no", "Check the path.", "file-error")
