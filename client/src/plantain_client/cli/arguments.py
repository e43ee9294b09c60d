"""The words of the `plantain` command."""

import argparse
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from plantain_client.batches import BATCH_ATTEMPTS
from plantain_client.cli import batch, commands, dlq, doctor, jobs, keys, pause, presets, schedules, spending
from plantain_client.cli.counts import count
from plantain_client.cli.screen import Screen
from plantain_client.money import GroupBy
from plantain_client.operations import INTERVAL, MAX_ATTEMPTS
from plantain_client.settings import KEY_VARIABLE, URL_VARIABLE
from plantain_client.task import State
from plantain_client.version import __version__

_EPILOG = f"""environment:
  {URL_VARIABLE}      where Plantain is: the output ApiUrl of the stack
  {KEY_VARIABLE}  the API key; it is never shown
  NO_COLOR          no colours

exit codes:
    0  it went well
    1  any error that is none of the others
    2  usage: a command or request that is not valid, a missing setting
    3  the job failed; of a batch, some row has no image
    4  the job still runs and the looks are used up; plantain wait ID goes on
       (plantain batch wait ID), or a batch waits for a yes to its price
  130  Ctrl-C; a job that was asked for goes on: plantain wait ID

Results go to standard output, all else to standard error. With --json, standard
output is one JSON document; of an error, {{"error": {{"code": …, "detail": …,
"charged": …, "advice": …}}}}. `plantain COMMAND --help` tells more."""

_WHOSE = "Your own; with an operator's API key everybody's."

Run = Callable[[argparse.Namespace, Screen], int]


def arguments() -> argparse.ArgumentParser:
    """The parser; what it parses has `run`, `json` and the command's own."""
    parser = argparse.ArgumentParser(
        prog="plantain",
        description="Ask Plantain for images.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"plantain {__version__}")
    found = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    def command(name: str, run: Run, summary: str, more: str = "") -> argparse.ArgumentParser:
        description = f"{summary[0].upper()}{summary[1:]}. {more}".strip()
        made = found.add_parser(name, help=summary, description=description)
        made.set_defaults(run=run)
        if run not in (keys.keys, jobs.jobs, dlq.dlq):  # whose actions have it themselves
            made.add_argument("--json", action="store_true", help="one JSON document on standard output")
        return made

    _generate(command("generate", commands.generate, "ask for an image, wait for it and save it"))
    _wish(command("estimate", spending.estimate, "show what an image would cost; asks for nothing"))
    shown = command("status", commands.status, "show a task as it is now", "Exits 0 whatever its state.")
    shown.add_argument("task_id", type=_text, metavar="ID")
    waited = command("wait", commands.wait, "wait for a task")
    waited.add_argument("task_id", type=_text, metavar="ID")
    waited.add_argument("-o", "--output", default="", metavar="PATH", help="save its image there")
    _patience(waited)
    listed = command("list", commands.list_tasks, "show your own tasks, newest first")
    listed.add_argument("--state", choices=get_args(State), help="only those")
    listed.add_argument("--limit", type=count, default=20, metavar="N", help="so many (default 20)")
    listed.add_argument("--all", action="store_true", help="all of them")
    saved = command("download", commands.download, "save the image of a task")
    saved.add_argument("task_id", type=_text, metavar="ID")
    _output(saved)
    _usage(command("usage", spending.usage, "show what was made and spent, this month by days", _WHOSE))
    _presets(command("presets", presets.list_presets, "show the presets there are, show one, or try one out"))
    _schedules(command("schedules", schedules.list_schedules, "show the schedules there are; keep, show, end one"))
    _batch(found.add_parser("batch", help="make many images from one file", description="A row, an image."))
    command(
        "doctor",
        doctor.doctor,
        "check URL, API key, clock, permissions and Kie.ai's balance",
        "Says what is wrong and what to do; exits 1 if anything is. Costs nothing.",
    )
    keys.add_arguments(command("keys", keys.keys, "make, list and revoke API keys (for the operator)"))
    jobs.add_arguments(command("jobs", jobs.jobs, "see to jobs that may have cost money (for the operator)"))
    dlq.add_arguments(command("dlq", dlq.dlq, "see to what could not be processed (for the operator)"))
    stops = "Jobs wait, nothing is lost or charged."
    pause.add_arguments(command("pause", pause.pause, "stop new creates (for the operator)", stops), pauses=True)
    pause.add_arguments(command("resume", pause.resume, "let creates go on (for the operator)"), pauses=False)
    return parser


def _wish(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(refuse=parser.error)
    parser.add_argument("prompt", nargs="?", type=_text, metavar="PROMPT", help="what to draw, in words")
    parser.add_argument(
        "--preset", type=_text, metavar="NAME", help="a preset in place of PROMPT, or NAME@VERSION"
    )
    _filling(parser)
    limit = "the most it may cost, in US dollars; above that it is not made"
    parser.add_argument("--max-cost", type=_amount, metavar="USD", help=limit)
    parser.add_argument(
        "--cache", action="store_true", help="an image made of the same request with --cache will do, for nothing"
    )


def _generate(parser: argparse.ArgumentParser) -> None:
    _wish(parser)
    _output(parser)
    parser.add_argument("--dry-run", action="store_true", help="only show what it would cost, as estimate does")
    parser.add_argument(
        "--idempotency-key",
        type=_idempotency_key,
        metavar="KEY",
        help="the same key and request give the same task, for 7 days; each call has a new one by default",
    )
    parser.add_argument("--no-wait", action="store_true", help="print the task's id and leave")
    _patience(parser)


def _usage(parser: argparse.ArgumentParser) -> None:
    for name, which in (("from", "first"), ("to", "last")):
        text = f"the {which} day (UTC), as 2026-11-23"
        parser.add_argument(f"--{name}", dest=f"{which}_day", type=_day, metavar="DAY", help=text)
    parser.add_argument("--by", choices=get_args(GroupBy), default="day", help="what the rows are (default day)")
    parser.add_argument("--plot", action="store_true", help="as a bar chart")


def _presets(parser: argparse.ArgumentParser) -> None:
    found = parser.add_subparsers(metavar="ACTION", title="actions")
    for name, run, summary in (
        ("show", presets.show, "show a preset with its prompt and what it leaves open"),
        ("render", presets.render, "show the whole prompt, the settings and the price; costs nothing"),
    ):
        made = found.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        made.set_defaults(run=run)
        made.add_argument("name", type=_text, metavar="NAME", help="the preset, or NAME@VERSION")
        # What was said before the action holds, unless it is said again.
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
        if run is presets.render:
            _filling(made)


def _schedules(parser: argparse.ArgumentParser) -> None:
    found = parser.add_subparsers(metavar="ACTION", title="actions")
    for name, run, summary in (
        ("list", schedules.list_schedules, "show the schedules there are"),
        ("show", schedules.show, "show a schedule and when it runs next"),
        ("put", schedules.put, "keep the schedule that a file describes, new or in place of what you had put"),
        ("delete", schedules.delete, "end a schedule of yours"),
        ("runs", schedules.runs, "show what became of its planned times, and what it cost"),
    ):
        made = found.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        made.set_defaults(run=run)
        # What was said before the action holds, unless it is said again.
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
        if name == "put":
            made.add_argument("schedule", type=_schedule, metavar="FILE", help="a TOML or JSON file")
            made.add_argument("--name", type=_text, metavar="NAME", help="its name (default: the file's)")
        elif name != "list":
            made.add_argument("name", type=_text, metavar="NAME")
        if name == "runs":
            made.add_argument("--limit", type=count, default=20, metavar="N", help="so many (default 20)")


def _batch(parser: argparse.ArgumentParser) -> None:
    found = parser.add_subparsers(required=True, metavar="ACTION", title="actions")
    for name, run, summary in (
        ("run", batch.run, "start a batch from a CSV or JSON Lines file, wait for it and save its results"),
        ("wait", batch.wait, "wait for a batch and save its results"),
        ("status", batch.status, "show a batch as it is now"),
        ("confirm", batch.confirm, "say yes to the price of a batch that waits for it"),
    ):
        made = found.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        made.set_defaults(run=run, refuse=made.error)
        made.add_argument("--json", action="store_true", help="one JSON document on standard output")
        if name == "run":
            made.add_argument("file", type=_file, metavar="FILE", help="a row for each image; .csv or .jsonl")
            named = "what makes it the same batch when it is started again (default: the file's name)"
            made.add_argument("--name", type=_text, metavar="NAME", help=named)
            how = made.add_mutually_exclusive_group()
            how.add_argument("--no-wait", action="store_true", help="print the batch's id and leave")
            how.add_argument("--yes", action="store_true", help="say yes to its price beforehand")
        else:
            made.add_argument("batch_id", type=_text, metavar="ID")
        if name == "wait":
            made.add_argument("--yes", action="store_true", help="say yes to its price")
        if name in ("run", "wait"):
            where = "file or folder for the results (default: the batch's name, as cards.results.jsonl, here)"
            made.add_argument("-o", "--output", default="", metavar="PATH", help=where)
            pictures = "save the pictures there too; those that are there are not fetched again"
            made.add_argument("--images", type=_text, default="", metavar="DIR", help=pictures)
            _patience(made, BATCH_ATTEMPTS)


def _filling(parser: argparse.ArgumentParser) -> None:
    """What a preset may be filled with; its settings are any request's."""
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        type=_variable,
        metavar="KEY=VALUE",
        help="a variable of the preset; repeatable",
    )
    for name, words in (
        ("style", "isometric 3D, flat design, minimalist, cinematic …"),
        ("mood", "professional, bold, modern, premium …"),
        ("composition", "centered, asymmetric, grid layout, hero image …"),
    ):
        parser.add_argument(f"--{name}", type=_text, metavar="WORDS", help=f"in place of the preset's: {words}")
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        type=_source,
        metavar="IMAGE",
        help="an image to work from: a file, which is uploaded, an https URL, or the key of an upload; repeatable",
    )
    parser.add_argument("--aspect-ratio", type=_text, metavar="RATIO", help="1:1, 3:2, 16:9 …")
    parser.add_argument("--resolution", type=_text, metavar="SIZE", help="1K, 2K or 4K")
    parser.add_argument("--format", type=_text, metavar="TYPE", help="png or jpg")


def _output(parser: argparse.ArgumentParser) -> None:
    text = "file or folder to save to (default: the task's id, here)"
    parser.add_argument("-o", "--output", default="", metavar="PATH", help=text)


def _patience(parser: argparse.ArgumentParser, attempts: int = MAX_ATTEMPTS) -> None:
    looks, seconds = "looks before giving up waiting", "seconds between looks"
    parser.add_argument(
        "--max-attempts", type=count, default=attempts, metavar="N", help=f"{looks} (default {attempts})"
    )
    parser.add_argument(
        "--interval", type=_seconds, default=INTERVAL, metavar="S", help=f"{seconds} (default {INTERVAL:g})"
    )


def _source(text: str) -> str:
    if not text.startswith(("https://", "http://", "uploads/")) and not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return text


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def _text(text: str) -> str:
    # Bytes that are no text of this machine's encoding come as surrogates, which no request can hold.
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise argparse.ArgumentTypeError("holds bytes that are no text")
    return text


def _schedule(text: str) -> tuple[str, dict[str, Any]]:
    """The name that a file gives its schedule, and what it says."""
    path = Path(text)
    try:
        return path.stem, schedules.read_file(path)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"there is no file {text} that can be read ({error.strerror})") from None
    except (ValueError, RecursionError) as bad:
        raise argparse.ArgumentTypeError(f"{text} cannot be read: {bad}") from None


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = _text(text).partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError("must be KEY=VALUE")
    return name, value


def _idempotency_key(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", text):
        raise argparse.ArgumentTypeError("must have 1 to 255 visible ASCII characters")
    return text


def _amount(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or not float(text):
        raise argparse.ArgumentTypeError("must be an amount above 0, as 0.10")
    return float(text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day, as 2026-11-23") from None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("must be 0 to 3600 seconds")
    return seconds
