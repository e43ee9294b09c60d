"""What the HTTP API answers of prices, budgets and usage, field by field; openapi.yaml is made of this."""

from typing import TypedDict

from plantain.formats import Day, Moment
from plantain.spending.counters import Scope
from plantain.spending.usage_question import GroupBy


class Cost(TypedDict):
    """What Kie.ai charged."""

    credits: float
    """Kie.ai's credits."""
    usd: float
    """The same in US dollars, at the price of a credit that the stack is deployed with."""


class Price(TypedDict):
    """What Kie.ai asks for one image."""

    credits: float
    """Kie.ai's credits."""
    usd: float
    """The same in US dollars, at the price of a credit that the stack is deployed with."""


class BudgetLeft(TypedDict):
    """A budget that this would be paid from."""

    scope: Scope
    """Whose it is: the whole `stack`'s, or that of one `caller`, `preset` or `schedule`."""
    name: str
    """The name of that; `all` for the whole stack."""
    period: str
    """The UTC day or month that it holds for, as in `2026-11-23` or `2026-11`."""
    limitUsd: float
    """How much may be spent, in US dollars."""
    usedUsd: float
    """What is spent, or reserved for what is under way."""
    leftUsd: float
    """What is left."""
    resetsAt: Moment
    """When the next one begins, at nothing used."""


class Used(TypedDict):
    """What was made, and what it has cost."""

    images: int
    """Images that are stored."""
    spentCredits: float
    """What Kie.ai has charged, in its credits."""
    spentUsd: float
    """The same in US dollars."""
    reservedCredits: float
    """What is under way, or may have been charged: its price, in credits."""
    reservedUsd: float
    """The same in US dollars."""


class UsedBy(Used):
    """The same of one caller, preset or schedule, or of one day."""

    name: str
    """Its name, or the day."""


class Usage(TypedDict):
    """What was made and spent in some days."""

    firstDay: Day
    """The first of the days, in UTC."""
    lastDay: Day
    """The last of them, which is one of them as well."""
    groupBy: GroupBy
    """What the rows are."""
    rows: list[UsedBy]
    """By days, the first of them first; else what has cost most first. What has used nothing has no row."""
    total: Used
    """Of all rows together."""
