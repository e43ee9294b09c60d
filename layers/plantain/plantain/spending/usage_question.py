"""Which days' usage is asked for, and by what it is to be grouped."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from plantain.faults import Fault, InvalidRequest

GroupBy = Literal["caller", "preset", "schedule", "day"]
GROUPS: tuple[GroupBy, ...] = get_args(GroupBy)
MAX_DAYS = 366

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Question:
    """The days from `first` to `last`, both included, in UTC."""

    first: dt.date
    last: dt.date
    group_by: GroupBy


def question_of(query: Mapping[str, str], today: dt.date) -> Question:
    """What `from`, `to` and `groupBy` say; by default this month until today, by days. Raises InvalidRequest."""
    faults: list[Fault] = []
    last = _day(query, "to", faults) or today
    first = _day(query, "from", faults) or last.replace(day=1)
    asked = query.get("groupBy", "day")
    group_by = next((group for group in GROUPS if group == asked), None)
    if group_by is None:
        faults.append(Fault("/groupBy", f"must be one of {', '.join(GROUPS)}"))
    if not faults and first > last:
        faults.append(Fault("/from", f"must not be after {last}"))
    if not faults and (last - first).days >= MAX_DAYS:
        faults.append(Fault("/from", f"must be at most {MAX_DAYS - 1} days before {last}"))
    if faults or group_by is None:
        raise InvalidRequest(*faults)
    return Question(first, last, group_by)


def _day(query: Mapping[str, str], name: str, faults: list[Fault]) -> dt.date | None:
    given = query.get(name)
    if given is None:
        return None
    try:
        return dt.date.fromisoformat(given if _DAY.fullmatch(given) else "")
    except ValueError:
        faults.append(Fault(f"/{name}", "must be a day, as in 2026-11-23"))
        return None
