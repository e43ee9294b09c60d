"""`plantain jobs unknown | open | adopt | resend | redrive | dismiss`: for operators."""

import argparse
import re

from plantain_client.cli import words
from plantain_client.cli.jobs_telling import show_open, show_unknown, shown, ways_on
from plantain_client.cli.operating import action, agrees, operators_trouble, told
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, OK
from plantain_client.operator.stack import verbs_of
from plantain_client.operator.verbs import Refused

_VERBS = {
    "adopt": "AdoptJobFunction",
    "resend": "ResendJobFunction",
    "redrive": "RedriveJobFunction",
    "dismiss": "DismissJobFunction",
}
_AGAIN = "Try again in a moment."
_ADVICE = {
    "JobNotFound": "Check the id: `plantain jobs unknown` lists those that may have cost money.",
    "KieKeyRejected": "Give the stack a valid Kie.ai key (`make kie-key`); then try again.",
    "KieKeyMissing": "Give the stack a Kie.ai key (`make kie-key`); then try again.",
    "TryAgainLater": _AGAIN,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions, and where the stack is."""
    found = parser.add_subparsers(required=True, metavar="ACTION", dest="action", title="actions")
    listed = action(found, "unknown", "list the jobs that have or may have cost money and have no image")
    listed.add_argument(
        "--days", type=words.count, default=14, metavar="N", help="failed within so many days (default 14)"
    )
    under_way = action(found, "open", "list the jobs that have not ended, the oldest first")
    under_way.add_argument(
        "--limit", type=words.count, default=20, metavar="N", help="at most so many (default 20)"
    )
    adopted = action(found, "adopt", "let a job go on with the task that Kie.ai's log page shows for it")
    resent = action(found, "resend", "send a job once more that Kie.ai's log page does not show")
    redriven = action(
        found, "redrive", "let a failed job go on with the task Kie.ai has of it; nothing is sent twice"
    )
    dismissed = action(found, "dismiss", "take a failed job off the list")
    for made in (adopted, resent, redriven, dismissed):
        made.add_argument("task_id", metavar="ID")
    adopted.add_argument("kie_task_id", metavar="KIE_ID", help="the id of the task at Kie.ai")
    adopted.add_argument("--force", action="store_true", help="though Kie.ai does not tell what it was made for")
    for made in (adopted, resent):
        made.add_argument("--yes", action="store_true", help="agree beforehand")


def jobs(asked: argparse.Namespace, screen: Screen) -> int:
    """Do it, with the AWS credentials of the environment."""
    run = _list if asked.action in ("unknown", "open") else _do
    return told(screen, lambda: run(asked, screen), may_cost=asked.action == "resend")


def _do(asked: argparse.Namespace, screen: Screen) -> int:
    if (question := _question(asked)) and not asked.yes and not agrees(screen, *question):
        return FAILED
    event = {"taskId": asked.task_id}
    if asked.action == "adopt":
        event |= {"kieTaskId": asked.kie_task_id, "force": asked.force}
    try:
        with verbs_of(asked.stack) as verbs:
            job = verbs.call(_VERBS[asked.action], **event)
    except Refused as refused:
        if refused.kind == "CannotReopen":
            advice = f"Nothing was changed or sent. If the job still needs somebody: {ways_on(asked.task_id)}"
            return _refused(refused, screen, advice)
        return _refused(refused, screen, may_cost=asked.action == "resend")
    if screen.as_json:
        screen.document(shown(job))
    elif asked.action == "dismiss":
        screen.done(f"{asked.task_id} is listed no longer.")
    else:
        screen.done(f"{asked.task_id} goes on.")
        screen.note("If it fails again, `plantain jobs unknown` lists it again.")
    return OK


def _question(asked: argparse.Namespace) -> tuple[str, str] | None:
    """What may pay twice, or give somebody another's picture, is asked about: the warning, and the question."""
    if asked.action == "resend":
        return f"If Kie.ai has accepted {asked.task_id} after all, this pays a second time.", "Send it?"
    if asked.action == "adopt" and asked.force:
        warning = f"Kie.ai may not tell: {asked.task_id} gets the picture of {asked.kie_task_id}, whosever it is."
        return warning, "Is it really its task?"
    return None


def _refused(refused: Refused, screen: Screen, advice: str | None = None, *, may_cost: bool = False) -> int:
    """What is refused in so many words was not done; of what broke, nobody knows."""
    advice = advice or _ADVICE.get(refused.kind)
    code = re.sub(r"(?<!^)(?=[A-Z])", "-", refused.kind).lower() or "function-error"
    may_cost = may_cost and advice is None
    screen.trouble(operators_trouble(str(refused), advice or _AGAIN, code, may_cost=may_cost))
    return FAILED


def _list(asked: argparse.Namespace, screen: Screen) -> int:
    is_open = asked.action == "open"
    try:
        with verbs_of(asked.stack) as verbs:
            # One more than is shown tells whether there are more.
            wanted = {"open": asked.limit + 1} if is_open else {"days": asked.days}
            found = verbs.call("ListUnknownFunction", **wanted)["jobs"]
    except Refused as refused:
        return _refused(refused, screen)
    if screen.as_json:
        listed = found[: asked.limit] if is_open else found
        screen.document({"jobs": [shown(job) for job in listed]})
    elif is_open:
        show_open(screen, found, limit=asked.limit)
    else:
        show_unknown(screen, found, asked.days)
    return OK
