"""What a wish would come to: its price, what is left of the budgets, the resolved prompt. Nothing is written."""

from typing import TYPE_CHECKING

from plantain.job import new_job, now_ms
from plantain.network.dns import Dns
from plantain.pace.pausing import pause_view
from plantain.planning.plan_view import resolved
from plantain.planning.plans import trial_of
from plantain.spending.counters import counters_of, utc_day
from plantain.spending.ledger import Use, ledger
from plantain.spending.prices import prices
from plantain.wishes.terms import Terms
from plantain.wishes.wish import Wish

if TYPE_CHECKING:
    from plantain.planning.answers import Estimate
    from plantain.spending.answers import BudgetLeft


def estimate_of(wish: Wish, terms: Terms, dns: Dns) -> "Estimate":
    """Raises what `plan_of` does, and what AWS raises."""
    plan = trial_of(wish, terms, dns)
    job = new_job(terms.caller, "http", plan.request, preset=plan.preset)  # never reserved
    uses = ledger().uses(counters_of(job, utc_day(now_ms())))
    return {
        "preset": {"name": plan.preset.name, "version": plan.preset.version} if plan.preset else None,
        **resolved(plan),
        "pricesAsOf": str(prices().as_of),
        "budgets": [_left(use) for use in uses],
        "paused": pause_view(),
    }


def _left(use: Use) -> "BudgetLeft":
    return {
        "scope": use.counter.scope,
        "name": use.counter.name,
        "period": use.counter.period,
        "limitUsd": prices().usd(use.limit),
        "usedUsd": prices().usd(use.used),
        "leftUsd": prices().usd(max(0.0, use.limit - use.used)),
        "resetsAt": f"{use.counter.resets_at:%Y-%m-%dT%H:%M:%SZ}",
    }
