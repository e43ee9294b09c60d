"""`plantain dlq list | redrive`: what could not be processed, for the operator."""

import argparse
import json
from typing import Any

from rich.text import Text

from plantain_client.cli.advice import FAILED, OK
from plantain_client.cli.operating import action, iso, moment, operators_trouble, told
from plantain_client.cli.screen import Screen, plain
from plantain_client.operator.dead_letters import DeadLetters, Letter
from plantain_client.operator.stack import dead_letters_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions, and where the stack is."""
    found = parser.add_subparsers(required=True, metavar="ACTION", dest="action", title="actions")
    action(found, "list", "show what could not be processed, and why")
    action(found, "redrive", "hand all of it once more to whom it was for; nothing is done or paid twice")


def dlq(asked: argparse.Namespace, screen: Screen) -> int:
    """Do it, with the AWS credentials of the environment."""
    return told(screen, lambda: _run(asked, screen), may_cost=asked.action == "redrive")


def _run(asked: argparse.Namespace, screen: Screen) -> int:
    with dead_letters_of(asked.stack) as queue:
        return _list(queue, screen) if asked.action == "list" else _redrive(queue, screen)


def _list(queue: DeadLetters, screen: Screen) -> int:
    letters = list(queue.letters())
    queue.put_back(letters)
    if screen.as_json:
        screen.document({"letters": [_shown(letter) for letter in letters]})
        return OK
    for letter in letters:
        fields = (moment(letter.sent_at), letter.function or "?", letter.why or "-", _about(letter.event))
        if screen.out.is_terminal:
            when, function, *more = map(plain, fields)
            for line in (f"{when}  {function}", *(f"  {line}" for line in more)):
                screen.out.print(Text(line), no_wrap=True, overflow="ellipsis")
        else:
            screen.result_fields(*fields)
    if letters:
        screen.note("`plantain dlq redrive` hands them over again.")
    else:
        screen.note("There are none.")
    return OK


def _redrive(queue: DeadLetters, screen: Screen) -> int:
    handed: list[Letter] = []
    left: list[Letter] = []
    for letter in queue.letters():
        if letter.function is None:
            left.append(letter)
        else:
            queue.hand_over(letter)
            handed.append(letter)
    queue.put_back(left)
    if screen.as_json:
        screen.document({"redriven": len(handed), "left": [_shown(letter) for letter in left]})
    elif not (handed or left):
        screen.note("There are none.")
    elif handed:
        screen.done(f"{len(handed)} handed over again. What fails again comes back within minutes.")
    if left and not screen.as_json:
        advice = (
            "They were not for a function of this stack, or are not whole: `plantain dlq list --json` shows them. "
            "They stay for 14 days, or until somebody deletes them from the queue (output DeadLettersUrl)."
        )
        screen.trouble(
            operators_trouble(f"Left in the queue: {len(left)}.", advice, "letters-left", may_cost=bool(handed))
        )
    return FAILED if left else OK


def _about(event: Any) -> str:
    """The dropped file's key, or as much of the event as tells it from others."""
    try:
        return str(event["detail"]["object"]["key"])
    except (KeyError, TypeError):
        return json.dumps(event, ensure_ascii=False)[:200]


def _shown(letter: Letter) -> dict[str, object]:
    return {"function": letter.function, "why": letter.why, "sentAt": iso(letter.sent_at), "event": letter.event}
