"""What `plantain jobs` and `plantain dlq` have in common: the stack, and what is said of AWS's errors."""

import argparse
import datetime as dt
from collections.abc import Callable

from plantain_client.cli.options import described
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import here
from plantain_client.cli.trouble import FAILED, INTERRUPTED, Trouble
from plantain_client.operator.stack import CannotReach

STACK = "plantain"


def action(
    found: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> argparse.ArgumentParser:
    """A subcommand with --stack and --json."""
    made = described(found, name, summary)
    made.add_argument("--stack", default=STACK, help=f"the CloudFormation stack (default {STACK})")
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return made


def told(screen: Screen, run: Callable[[], int], *, may_cost: bool) -> int:
    """The exit code; AWS's errors and a Ctrl-C are told. `may_cost`: what it does can lead to a create."""
    try:
        return run()
    except KeyboardInterrupt:
        advice = "What was asked for may have been done; to ask once more does no harm."
        trouble = operators_trouble("Interrupted.", advice, "interrupted", INTERRUPTED, may_cost=may_cost)
    except CannotReach as error:
        may_cost = may_cost and error.may_be_done
        trouble = operators_trouble(str(error), error.advice, "aws-error", may_cost=may_cost)
    screen.trouble(trouble)
    return trouble.exit_code


def operators_trouble(
    what: str, advice: str, code: str, exit_code: int = FAILED, *, may_cost: bool = False
) -> Trouble:
    """An error of an operator's command; its cost is the command's, whatever the job it is about has cost."""
    if may_cost:
        return Trouble(what, "unknown", advice, code, exit_code)
    return Trouble(what, "no", advice, code, exit_code, cost="nothing was charged by this command")


def agrees(screen: Screen, warning: str, question: str) -> bool:
    """Whether a person is there, has read the warning and says yes. What is not agreed to is told."""
    if screen.as_json or not screen.somebody_is_there:
        what = f"Nothing was done: nobody is here to be asked. {warning}"
        screen.trouble(operators_trouble(what, "--yes agrees to that beforehand.", "not-agreed"))
        return False
    if not screen.agrees(f"{warning} {question} [y/N] "):
        screen.failed("Nothing was done.")
        return False
    return True


def moment(ms: int | None) -> str:
    """A time in ms since 1970, as this machine's clock shows it."""
    return here(_at(ms)) if ms else "-"


def iso(ms: int) -> str:
    """A time in ms since 1970 for a program, as the API writes it: 2026-03-25T08:50:42.608Z."""
    return _at(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _at(ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms // 1000, dt.UTC) + dt.timedelta(milliseconds=ms % 1000)
