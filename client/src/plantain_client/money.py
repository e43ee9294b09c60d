"""What an image would cost, and what images have cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from plantain_client.account import CreatesPaused
from plantain_client.resolved import Resolved
from plantain_client.task import Cost, Document, PresetRef

GroupBy = Literal["caller", "preset", "schedule", "day"]


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """A budget, in USD. `scope` is stack, caller, preset or schedule; `period` a UTC day or month."""

    scope: str
    name: str
    period: str
    limit_usd: float
    used_usd: float
    left_usd: float
    resets_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Estimate(Resolved):
    """What a request would come to. Nothing was reserved, sent or charged; `price` is what it would cost.

    `budgets` are those that it would be paid from; `paused` says why it would wait.
    """

    preset: PresetRef | None
    prices_as_of: dt.date
    budgets: tuple[BudgetLeft, ...]
    paused: CreatesPaused | None

    @property
    def over(self) -> tuple[BudgetLeft, ...]:
        """The budgets that have no room for it: asked for now, it would be refused."""
        return tuple(budget for budget in self.budgets if self.price.usd > budget.left_usd)


@dataclass(frozen=True, slots=True)
class Used:
    """How many images are stored, what they have cost, and what is reserved for what is under way or unknown."""

    images: int
    spent: Cost
    reserved: Cost


@dataclass(frozen=True, slots=True)
class UsedBy:
    """The same of a caller, preset or schedule, or of a day (`2026-11-23`)."""

    name: str
    used: Used


@dataclass(frozen=True, slots=True)
class Usage:
    """What was made and spent from the first day to the last, both included. By days, or the dearest first."""

    first_day: dt.date
    last_day: dt.date
    group_by: str
    rows: tuple[UsedBy, ...]
    total: Used
    document: Document = field(repr=False, compare=False)
