"""Fills what changes from run to run into the requests of a schedule, in one pass.

In a prompt and in the values of variables stand `$date` (2026-11-23), `$week` (2026-W48) and `$month` (2026-11),
by the planned time in the schedule's zone, and the names of the request's own `rotate` lists; `$$` is a dollar. A
variable may itself be a list: `variables.topic = { rotate = ["a", "b"] }`. What was filled in is not read again.
"""

import datetime as dt
import re
import string
from collections.abc import Mapping
from typing import Any

from plantain.faults import Fault, InvalidRequest

MAX_ROTATION = 366  # one for each day of the longest year
CALENDAR = ("date", "week", "month")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class _Text(string.Template):
    idpattern = "(?a:[a-z][a-z0-9_]*)"
    flags = re.RegexFlag(0)  # case counts: $DATE is not $date


def filled(wish: Mapping[str, Any], local: dt.datetime, number: int) -> dict[str, Any]:
    """The table of a request as it is for one run: `local` its planned time in its zone, `number` from 0 on.

    Raises InvalidRequest; names of fields are in the words of the file.
    """
    rotate = _lists(wish.get("rotate", {}))
    values = _calendar(local) | {name: str(turn[number % len(turn)]) for name, turn in rotate.items()}
    made = {name: value for name, value in wish.items() if name != "rotate"}
    faults: list[Fault] = []
    if isinstance(made.get("prompt"), str):
        made["prompt"] = _text(made["prompt"], values, "/prompt", faults)
    if isinstance(made.get("variables"), Mapping):
        made["variables"] = {
            name: _variable(value, values, number, f"/variables/{name}", faults)
            for name, value in made["variables"].items()
        }
    if faults:
        raise InvalidRequest(*faults)
    return made


def turns_of(wish: Mapping[str, Any]) -> int:
    """After how many runs every list has been gone through."""
    variables = wish.get("variables", {})
    lists = [
        *_values(wish.get("rotate")),
        *(v.get("rotate") for v in _values(variables) if isinstance(v, Mapping)),
    ]
    return max([1, *(len(turn) for turn in lists if isinstance(turn, list))])


def _values(table: Any) -> list[Any]:
    return list(table.values()) if isinstance(table, Mapping) else []


def _calendar(local: dt.datetime) -> dict[str, str]:
    return {"date": f"{local:%Y-%m-%d}", "week": f"{local:%G-W%V}", "month": f"{local:%Y-%m}"}


def _lists(rotate: Any) -> dict[str, list[Any]]:
    if not isinstance(rotate, Mapping):
        raise InvalidRequest(Fault("/rotate", "must be a table of lists, as in topic = ['tea', 'coffee']"))
    faults = [Fault(f"/rotate/{name}", _of_list(turn)) for name, turn in rotate.items() if _of_list(turn)]
    faults += [
        Fault(f"/rotate/{name}", "must be called with small letters, digits and _, and not date, week or month")
        for name in rotate
        if not _NAME.fullmatch(name) or name in CALENDAR
    ]
    if faults:
        raise InvalidRequest(*faults)
    return dict(rotate)


def _of_list(turn: Any) -> str:
    """What is wrong with a list, as a clause; empty if nothing is."""
    if not isinstance(turn, list) or not 1 <= len(turn) <= MAX_ROTATION:
        return f"must be a list of 1 to {MAX_ROTATION} texts"
    fit = all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in turn)
    return "" if fit else "must hold texts and numbers only"


def _variable(value: Any, values: Mapping[str, str], number: int, pointer: str, faults: list[Fault]) -> Any:
    if isinstance(value, Mapping) and set(value) == {"rotate"}:
        if wrong := _of_list(value["rotate"]):
            faults.append(Fault(f"{pointer}/rotate", wrong))
            return ""
        return value["rotate"][number % len(value["rotate"])]
    return _text(value, values, pointer, faults) if isinstance(value, str) else value


def _text(text: str, values: Mapping[str, str], pointer: str, faults: list[Fault]) -> str:
    try:
        return _Text(text).substitute(values)
    except KeyError as unknown:
        known = ", ".join(f"${name}" for name in values)
        faults.append(Fault(pointer, f"names ${unknown.args[0]}, which is not one of {known}; $$ is a dollar"))
    except ValueError:
        faults.append(Fault(pointer, "holds a $ that names nothing; write $$ for a dollar"))
    return text
