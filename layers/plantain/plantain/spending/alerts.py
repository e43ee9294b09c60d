"""Tells when a budget is nearly used up, and when it has no room for one more: an event, and what alarms measure.

After a job has ended, so that nobody waits for it.
"""

from typing import TypedDict

from plantain.events import events
from plantain.job import Job, now_ms
from plantain.metrics import measure_budget
from plantain.spending.counters import Scope, counters_of, utc_day
from plantain.spending.ledger import Use, ledger
from plantain.spending.prices import prices

THRESHOLDS = (80, 100)  # per cent
DETAIL_TYPE = "Budget Threshold Reached"


class ThresholdReached(TypedDict):
    """The detail of the event. `name` is `all` for the whole stack; `period` a UTC day or month."""

    threshold: int
    scope: Scope
    name: str
    period: str
    usedUsd: float
    limitUsd: float
    resetsAt: str


def tell_of_budgets(job: Job) -> None:
    """Look at the budgets that this job is part of, and tell of each threshold once a period; safe to repeat."""
    day = utc_day(job.create_started_at or job.ended_at or now_ms())
    for use in ledger().uses(counters_of(job, day)):
        percent = _percent(use, prices().credits_of(job.request))
        measure_budget(percent)
        for threshold in THRESHOLDS:
            if percent >= threshold and threshold not in use.told:
                events().tell(DETAIL_TYPE, dict(_reached(use, threshold)))
                ledger().mark_told(use.counter, threshold)


def _percent(use: Use, credits: float) -> float:
    """100 where there is no room for another image at this price."""
    if use.used + credits > use.limit:
        return 100.0
    return use.used / use.limit * 100


def _reached(use: Use, threshold: int) -> ThresholdReached:
    return {
        "threshold": threshold,
        "scope": use.counter.scope,
        "name": use.counter.name,
        "period": use.counter.period,
        "usedUsd": prices().usd(use.used),
        "limitUsd": prices().usd(use.limit),
        "resetsAt": f"{use.counter.resets_at:%Y-%m-%dT%H:%M:%SZ}",
    }
