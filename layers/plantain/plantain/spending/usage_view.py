"""What was made and spent in some days, as the HTTP API shows it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from plantain.refusals import OperatorsOnly
from plantain.spending.counters import Scope
from plantain.spending.prices import prices
from plantain.spending.usage_days import DayUse, UsageDays
from plantain.spending.usage_question import Question

if TYPE_CHECKING:
    from plantain.spending.answers import Usage, Used


def usage_of(question: Question, days: UsageDays, caller: str | None) -> "Usage":
    """Of all; with a `caller`, of that one alone. Raises OperatorsOnly for what only all can be asked of."""
    scope = _scope(question, caller)
    if caller is None:
        found = list(days.of(scope, question.first, question.last))
    else:
        found = days.of_one(scope, caller, question.first, question.last)
    named: dict[str, list[DayUse]] = {}
    for use in found:
        named.setdefault(use.day if question.group_by == "day" else use.name, []).append(use)
    names = list(named) if question.group_by == "day" else sorted(named, key=_dearest_first(named))
    return {
        "firstDay": str(question.first),
        "lastDay": str(question.last),
        "groupBy": question.group_by,
        "rows": [{"name": name, **_used(named[name])} for name in names],
        "total": _used(found),
    }


def _scope(question: Question, caller: str | None) -> Scope:
    if question.group_by in ("preset", "schedule") and caller is not None:
        raise OperatorsOnly(f"What each {question.group_by} has used, over all callers,")
    if question.group_by == "day":
        return "stack" if caller is None else "caller"
    return question.group_by


def _dearest_first(named: dict[str, list[DayUse]]) -> Callable[[str], tuple[float, str]]:
    return lambda name: (-sum(use.used for use in named[name]), name)


def _used(uses: Sequence[DayUse]) -> "Used":
    spent = round(sum(use.spent for use in uses), 6)
    # Two sums of one item are read together, but sums of fractions may differ by a hair.
    reserved = max(0.0, round(sum(use.used for use in uses) - spent, 6))
    return {
        "images": sum(use.images for use in uses),
        "spentCredits": spent,
        "spentUsd": prices().usd(spent),
        "reservedCredits": reserved,
        "reservedUsd": prices().usd(reserved),
    }
