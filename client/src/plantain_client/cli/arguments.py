"""The commands of `plantain`, and what is typed behind each."""

import argparse
from collections.abc import Callable
from typing import get_args

from plantain_client.cli import (
    batch,
    commands,
    dlq,
    doctor,
    jobs,
    keys,
    pause,
    presets,
    schedules,
    spending,
    words,
)
from plantain_client.cli.options import described, output, patience, wish
from plantain_client.cli.screen import Screen
from plantain_client.money import GroupBy
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
        made = described(found, name, summary, more)
        made.set_defaults(run=run)
        if run not in (keys.keys, jobs.jobs, dlq.dlq):  # whose actions have it themselves
            made.add_argument("--json", action="store_true", help="one JSON document on standard output")
        return made

    _generate(command("generate", commands.generate, "ask for an image, wait for it and save it"))
    wish(command("estimate", spending.estimate, "show what an image would cost; asks for nothing"))
    shown = command("status", commands.status, "show a task as it is now", "Exits 0 whatever its state.")
    shown.add_argument("task_id", type=words.text, metavar="ID")
    waited = command("wait", commands.wait, "wait for a task")
    waited.add_argument("task_id", type=words.text, metavar="ID")
    waited.add_argument("-o", "--output", default="", metavar="PATH", help="save its image there")
    patience(waited)
    listed = command("list", commands.list_tasks, "show your own tasks, newest first")
    listed.add_argument("--state", choices=get_args(State), help="only those")
    listed.add_argument("--limit", type=words.count, default=20, metavar="N", help="so many (default 20)")
    listed.add_argument("--all", action="store_true", help="all of them")
    saved = command("download", commands.download, "save the image of a task")
    saved.add_argument("task_id", type=words.text, metavar="ID")
    output(saved)
    _usage(command("usage", spending.usage, "show what was made and spent, this month by days", _WHOSE))
    told = "show the presets there are, show one, or try one out"
    presets.add_arguments(command("presets", presets.list_presets, told))
    told = "show the schedules there are; keep, show, end one"
    schedules.add_arguments(command("schedules", schedules.list_schedules, told))
    batch.add_arguments(described(found, "batch", "make many images from one file", "A row, an image."))
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


def _generate(parser: argparse.ArgumentParser) -> None:
    wish(parser)
    output(parser)
    parser.add_argument("--dry-run", action="store_true", help="only show what it would cost, as estimate does")
    parser.add_argument(
        "--idempotency-key",
        type=words.idempotency_key,
        metavar="KEY",
        help="the same key and request give the same task, for 7 days; each call has a new one by default",
    )
    parser.add_argument("--no-wait", action="store_true", help="print the task's id and leave")
    patience(parser)


def _usage(parser: argparse.ArgumentParser) -> None:
    for name, which in (("from", "first"), ("to", "last")):
        text = f"the {which} day (UTC), as 2026-11-23"
        parser.add_argument(f"--{name}", dest=f"{which}_day", type=words.day, metavar="DAY", help=text)
    parser.add_argument("--by", choices=get_args(GroupBy), default="day", help="what the rows are (default day)")
    parser.add_argument("--plot", action="store_true", help="as a bar chart")
