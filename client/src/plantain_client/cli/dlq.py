"""`plantain dlq list | redrive | drop`: what could not be processed, for the operator."""

import argparse
import json
from typing import Any

from rich.text import Text

from plantain_client.cli.letters import plain
from plantain_client.cli.operating import action, agrees, iso, moment, operators_trouble, told
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, OK
from plantain_client.operator.dead_letters import DeadLetters, Letter
from plantain_client.operator.stack import dead_letters_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions, and where the stack is."""
    found = parser.add_subparsers(required=True, metavar="ACTION", dest="action", title="actions")
    action(found, "list", "show what could not be processed, and why")
    action(found, "redrive", "hand all of it once more to whom it was for; nothing is done or paid twice")
    dropped = action(found, "drop", "delete one letter that cannot be handed over; what it was about stays undone")
    dropped.add_argument("id", metavar="ID", help="as `plantain dlq list` shows it")
    dropped.add_argument("--yes", action="store_true", help="agree beforehand")


def dlq(asked: argparse.Namespace, screen: Screen) -> int:
    """Do it, with the AWS credentials of the environment."""
    return told(screen, lambda: _run(asked, screen), may_cost=asked.action == "redrive")


def _run(asked: argparse.Namespace, screen: Screen) -> int:
    with dead_letters_of(asked.stack) as queue:
        match asked.action:
            case "list":
                return _list(queue, screen)
            case "drop":
                return _drop(queue, asked, screen)
            case _:
                return _redrive(queue, screen)


def _list(queue: DeadLetters, screen: Screen) -> int:
    letters = list(queue.letters())
    queue.put_back(letters)
    if screen.as_json:
        screen.document({"letters": [_shown(letter) for letter in letters]})
        return OK
    for letter in letters:
        _show(letter, screen)
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
            "They stay for 14 days; `plantain dlq drop ID` deletes one."
        )
        screen.trouble(
            operators_trouble(f"Left in the queue: {len(left)}.", advice, "letters-left", may_cost=bool(handed))
        )
    return FAILED if left else OK


def _drop(queue: DeadLetters, asked: argparse.Namespace, screen: Screen) -> int:
    letters = list(queue.letters())
    found = next((letter for letter in letters if letter.id == asked.id), None)
    queue.put_back(letter for letter in letters if letter is not found)
    if found is None:
        advice = "`plantain dlq list` shows the ids; what somebody else looks at is not seen for a minute."
        screen.trouble(operators_trouble(f"There is no letter {asked.id}.", advice, "no-letter"))
        return FAILED
    if not screen.as_json:
        _show(found, screen)
    again = " It can be handed over again, by `plantain dlq redrive`." if found.function else ""
    warning = f"What it was about stays undone.{again}"
    if not asked.yes and not agrees(screen, warning, "Delete it for good?"):
        queue.put_back([found])
        return FAILED
    queue.drop(found)
    if screen.as_json:
        screen.document({"dropped": _shown(found)})
    else:
        screen.done(f"{found.id} is deleted.")
    return OK


def _show(letter: Letter, screen: Screen) -> None:
    fields = (letter.id, moment(letter.sent_at), letter.function or "?", letter.why or "-", _about(letter.event))
    if not screen.out.is_terminal:
        screen.result_fields(*fields)
        return
    name, when, function, *more = map(plain, fields)
    for line in (f"{when}  {function}", *(f"  {line}" for line in (name, *more))):
        screen.out.print(Text(line), no_wrap=True, overflow="ellipsis")


def _about(event: Any) -> str:
    """The dropped file's key, or as much of the event as tells it from others."""
    try:
        return str(event["detail"]["object"]["key"])
    except (KeyError, TypeError):
        return json.dumps(event, ensure_ascii=False)[:200]


def _shown(letter: Letter) -> dict[str, object]:
    sent_at = iso(letter.sent_at)
    return {
        "id": letter.id,
        "function": letter.function,
        "why": letter.why,
        "sentAt": sent_at,
        "event": letter.event,
    }
