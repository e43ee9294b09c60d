"""`plantain keys add | list | revoke`: the operator's API keys, in the table of a stack in AWS."""

import argparse

from rich.table import Table

from plantain_client.cli.operating import STACK, iso, moment
from plantain_client.cli.options import described
from plantain_client.cli.rates import own_rates, per_minute, rate_in_words
from plantain_client.cli.screen import Screen
from plantain_client.cli.trouble import FAILED, INTERRUPTED, OK, USAGE, Trouble
from plantain_client.operator.api_keys import REMEMBERED_SECONDS, ApiKeys, BadName
from plantain_client.operator.stack import CannotReach, api_keys_of, in_words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`add NAME`, `list`, `revoke NAME`, and where the table is."""
    found = parser.add_subparsers(required=True, metavar="ACTION", dest="action", title="actions")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--stack", default=STACK, help=f"the CloudFormation stack (default {STACK})")
    where.add_argument("--table", help="the table itself, without asking CloudFormation")
    where.add_argument("--json", action="store_true", help="one JSON document on standard output")
    for action, summary in (
        ("add", "make a key for a caller and show it, this once"),
        ("list", "callers, how many keys each has, and since when"),
        ("revoke", "delete all keys of a caller"),
    ):
        made = described(found, action, summary, parents=[where])
        if action == "add":
            sees = "it sees what concerns all callers, such as what each has spent"
            made.add_argument("--operator", action="store_true", help=sees)
            often = "how many requests a minute it is allowed, whatever the stack allows others; 0: no limit"
            made.add_argument("--rate", type=per_minute, metavar="NUMBER", help=often)
        if action != "list":
            made.add_argument("name", metavar="NAME", help="the caller's name: a-z, 0-9, dot, dash, underscore")


def keys(asked: argparse.Namespace, screen: Screen) -> int:
    """Do it, with the AWS credentials of the environment."""
    try:
        with in_words():
            table = api_keys_of(asked.stack, asked.table)
            match asked.action:
                case "add":
                    return _add(table, asked, screen)
                case "revoke":
                    return _revoke(table, asked.name, screen)
                case _:
                    return _list(table, screen)
    except KeyboardInterrupt:
        trouble = _interruption(asked)
    except BadName as error:
        trouble = Trouble(str(error), None, "Choose another name.", "bad-name", USAGE)
    except CannotReach as error:
        trouble = Trouble(str(error), None, error.advice, "aws-error")
    screen.trouble(trouble)
    return trouble.exit_code


def _interruption(asked: argparse.Namespace) -> Trouble:
    """What AWS may have done all the same."""
    match asked.action:
        case "add":
            what = f"Interrupted. A key of {asked.name} may have been made, which nobody has seen."
            advice = (
                f"`plantain keys list` shows it; `plantain keys revoke {asked.name}` ends all of {asked.name}'s."
            )
        case "revoke":
            what = f"Interrupted. Keys of {asked.name} may have been deleted, perhaps not all."
            advice = f"Once more, for the rest: plantain keys revoke {asked.name}"
        case _:
            what, advice = "Interrupted.", "Nothing was changed."
    return Trouble(what, None, advice, "interrupted", INTERRUPTED)


def _add(table: ApiKeys, asked: argparse.Namespace, screen: Screen) -> int:
    name, whose = asked.name, f"the operator {asked.name}" if asked.operator else asked.name
    key = table.create(name, operator=asked.operator, rate=asked.rate)
    if screen.as_json:
        screen.document({"name": name, "key": key, "operator": asked.operator, "ratePerMinute": asked.rate})
        return OK
    screen.note(f"The API key of {whose}, shown this once (only its hash is kept):")
    screen.result(key)
    if asked.rate is not None:
        screen.note(f"With it {name} is allowed {rate_in_words(asked.rate)}, whatever the stack allows others.")
    screen.note(f"Earlier keys of {name}, if any, go on working; `plantain keys revoke {name}` ends all of them.")
    return OK


def _list(table: ApiKeys, screen: Screen) -> int:
    callers = table.callers()
    if screen.as_json:
        shown = [
            {
                "name": c.name,
                "keys": len(c.created_at),
                "createdAt": [iso(ms) for ms in c.created_at],
                "operator": c.is_operator,
                "ratePerMinute": list(c.rates),
            }
            for c in callers
        ]
        screen.document({"callers": shown})
    elif not screen.out.is_terminal:
        for caller in callers:
            since = moment(caller.created_at[0])
            operator, rates = "operator" if caller.is_operator else "", own_rates(caller)
            told = [operator, rates] if rates else [operator] if operator else []
            screen.result_fields(caller.name, str(len(caller.created_at)), since, *told)
    elif callers:
        rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in ("CALLER", "KEYS", "SINCE", "LAST MADE", "OPERATOR", "PER MINUTE"):
            rows.add_column(title, no_wrap=True)
        for caller in callers:
            # By days: all six columns have room on a terminal.
            first, last = (moment(caller.created_at[at]).partition(" ")[0] for at in (0, -1))
            yes = "yes" if caller.is_operator else ""
            rows.add_row(caller.name, str(len(caller.created_at)), first, last, yes, own_rates(caller))
        screen.out.print(rows)
    else:
        screen.note("There are no keys. `plantain keys add NAME` makes one.")
    return OK


def _revoke(table: ApiKeys, name: str, screen: Screen) -> int:
    count = table.revoke(name)
    if not count:
        screen.trouble(Trouble(f"{name} has no keys.", None, "`plantain keys list` shows who has.", "no-keys"))
        return FAILED
    if screen.as_json:
        screen.document({"name": name, "revoked": count, "rememberedSeconds": REMEMBERED_SECONDS})
        return OK
    screen.done(f"{count} key{'s' if count > 1 else ''} of {name} revoked.")
    screen.note(f"The gateway remembers an answer: a key used just now may work for up to {REMEMBERED_SECONDS} s.")
    return OK
