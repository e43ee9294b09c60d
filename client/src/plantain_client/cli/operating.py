"""What `plantain jobs` and `plantain dlq` have in common: the stack, and what is said of AWS's errors."""

import argparse
import datetime as dt
from collections.abc import Callable

from plantain_client.cli.advice import INTERRUPTED, Trouble
from plantain_client.cli.screen import Screen
from plantain_client.operator.stack import CannotReach

STACK = "plantain"


def action(
    found: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> argparse.ArgumentParser:
    """A subcommand with --stack and --json."""
    made: argparse.ArgumentParser = found.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
    )
    made.add_argument("--stack", default=STACK, help=f"the CloudFormation stack (default {STACK})")
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return made


def told(screen: Screen, run: Callable[[], int]) -> int:
    """The exit code; AWS's errors and a Ctrl-C are told."""
    try:
        return run()
    except KeyboardInterrupt:
        advice = "What was asked for may have been done; to ask once more does no harm."
        trouble = Trouble("Interrupted.", None, advice, "interrupted", INTERRUPTED)
    except CannotReach as error:
        trouble = Trouble(str(error), None, error.advice, "aws-error")
    screen.trouble(trouble)
    return trouble.exit_code


def moment(ms: int | None) -> str:
    """A time in ms, here."""
    return f"{dt.datetime.fromtimestamp(ms / 1000, dt.UTC).astimezone():%Y-%m-%d %H:%M}" if ms else "-"
