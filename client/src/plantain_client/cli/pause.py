"""`plantain pause | resume`: the operator's switch that stops new creates and loses nothing."""

import argparse

from plantain_client.cli.operating import STACK, iso, moment, operators_trouble
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import pause_in_words
from plantain_client.cli.trouble import INTERRUPTED, OK
from plantain_client.operator.pause import Pause, Paused
from plantain_client.operator.stack import PAUSE_NEEDS, CannotReach, in_words, pause_of


def add_arguments(parser: argparse.ArgumentParser, *, pauses: bool) -> None:
    """Where the table is, and for a pause its reason or `--status`."""
    parser.add_argument("--stack", default=STACK, help=f"the CloudFormation stack (default {STACK})")
    parser.add_argument("--table", help="its table of jobs itself, without asking CloudFormation")
    if pauses:
        parser.add_argument(
            "reason", nargs="?", default="", metavar="REASON", help="why; callers whose jobs wait are told it"
        )
        parser.add_argument("--status", action="store_true", help="only say whether creates are paused, and why")


def pause(asked: argparse.Namespace, screen: Screen) -> int:
    """Stop new creates, or say whether they are stopped."""
    return _with_words(asked, screen)


def resume(asked: argparse.Namespace, screen: Screen) -> int:
    """Let creates go on."""
    return _with_words(asked, screen)


def _with_words(asked: argparse.Namespace, screen: Screen) -> int:
    """Do it, with the AWS credentials of the environment."""
    try:
        with in_words(PAUSE_NEEDS):
            switch = pause_of(asked.stack, asked.table)
            if asked.run is resume:
                _resume(switch, screen)
            else:
                if not asked.status:
                    switch.pause(asked.reason)
                _tell(switch.now(), screen)
            return OK
    except KeyboardInterrupt:
        advice = "`plantain pause --status` shows what holds now."
        trouble = operators_trouble("Interrupted.", advice, "interrupted", INTERRUPTED)
    except CannotReach as error:
        trouble = operators_trouble(str(error), error.advice, "aws-error")
    screen.trouble(trouble)
    return trouble.exit_code


def _tell(paused: Paused | None, screen: Screen) -> None:
    if screen.as_json:
        screen.document({"paused": _shown(paused)})
    elif paused is None:
        screen.result("Creates are sent.")
    else:
        screen.result(pause_in_words(paused.by, paused.reason, moment(paused.at)))
        screen.note("Jobs wait, nothing is lost or charged. `plantain resume` lets them go on, within 5 minutes.")


def _resume(switch: Pause, screen: Screen) -> None:
    ended = switch.resume()
    if screen.as_json:
        screen.document({"ended": _shown(ended)})
    elif ended is None:
        screen.note("Creates were not paused.")
    else:
        screen.done("Creates go on; jobs that wait look every 1 to 5 minutes.")


def _shown(paused: Paused | None) -> dict[str, object] | None:
    """As the API tells it."""
    return {"by": paused.by, "reason": paused.reason, "since": iso(paused.at)} if paused else None
