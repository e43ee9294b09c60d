"""The only module that knows the counters of money in the jobs table.

A counter holds `usedCredits` (spent, or reserved for what is under way or unknown), `spentCredits` and
`imageCount`. Those of days are listed by the index byGroup: `group` is `usage#<scope>`, `member` is
`<day>#<name>`. spending/usage_days.py reads that.

Its writes are actions of the transaction that writes the job they are about: JobRecords alone carries them out.
"""

import os
from collections import Counter as Sums
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import batched
from typing import Any

from plantain.aws import client
from plantain.errors import OverBudget
from plantain.items import from_attributes, to_attributes
from plantain.job import Job, now_ms
from plantain.spending.budgets import budgets
from plantain.spending.counters import Counter, counters_of, utc_day
from plantain.spending.prices import prices
from plantain.transactions import in_turn

_AT_ONCE = 100

Action = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Use:
    """How far a budget is used: `used` and `limit` in credits, `told` the thresholds (per cent) it has told of."""

    counter: Counter
    used: float
    limit: float
    told: frozenset[int]


class Ledger:
    """Credits in, credits out. Every method that reads raises what AWS raises."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def reserve(self, job: Job, credits: float, day: str) -> list[Action]:
        """One action for each of counters_of(job, day), which holds only where its budget has room for this.

        Raises OverBudget where a budget is smaller than this alone.
        """
        return [self._reserve(counter, credits) for counter in counters_of(job, day)]

    def release(self, job: Job) -> list[Action]:
        """What the job has reserved was certainly not charged."""
        return self._add(job, job.reserved_on, {"usedCredits": -(job.reserved_credits or 0.0)})

    def settle(self, job: Job, credits: float, *, images: int) -> list[Action]:
        """What the job has reserved was charged, at this price, for so many images."""
        over = credits - (job.reserved_credits or 0.0)
        sums = {"usedCredits": over, "spentCredits": credits, "imageCount": images}
        return self._add(job, job.reserved_on, sums)

    def count(self, job: Job, images: int) -> list[Action]:
        """So many images, on the day of the create, of a job that was charged and settled before."""
        day = utc_day(job.create_started_at) if job.create_started_at and images else None
        return self._add(job, day, {"imageCount": images})

    def require_room(self, *jobs: Job) -> None:
        """Whether the budgets have room for all of these together, as it is now. Raises OverBudget.

        Nothing is held: whoever creates reserves, and may then find less. What an earlier image may do for is left
        to the create, which knows.
        """
        day = utc_day(now_ms())
        wanted: Sums[Counter] = Sums()
        for job in jobs:
            for counter in counters_of(job, day) if job.cache_claim or not job.request.cache else ():
                wanted[counter] += prices().credits_of(job.request)  # type: ignore[assignment]
        for use in self.uses(wanted):
            if use.used + wanted[use.counter] > use.limit:
                raise over_budget(use.counter, wanted[use.counter])

    def uses(self, counters: Iterable[Counter]) -> list[Use]:
        """How far each of those that a budget limits is used."""
        limited = [counter for counter in counters if budgets().limit_of(counter) is not None]
        return [use for some in batched(limited, _AT_ONCE, strict=False) for use in self._uses_at_once(some)]

    def mark_told(self, counter: Counter, threshold: int) -> None:
        """That the counter has come so far, in per cent of its budget, is known."""
        in_turn(
            lambda: self._dynamodb.update_item(
                TableName=self._table,
                Key=to_attributes({"id": counter.key}),
                UpdateExpression="ADD told :threshold",
                ExpressionAttributeValues=to_attributes({":threshold": {threshold}}),
            )
        )

    def _uses_at_once(self, counters: Sequence[Counter]) -> list[Use]:
        gets = [
            {
                "Get": {
                    "TableName": self._table,
                    "Key": to_attributes({"id": counter.key}),
                    "ProjectionExpression": "usedCredits, told",
                }
            }
            for counter in counters
        ]
        answer = in_turn(lambda: self._dynamodb.transact_get_items(TransactItems=gets))
        found = [from_attributes(response.get("Item") or {}) for response in answer["Responses"]]
        return [
            Use(counter, sums.get("usedCredits", 0.0), _limit_credits(counter), frozenset(sums.get("told", ())))
            for counter, sums in zip(counters, found, strict=True)
        ]

    def _reserve(self, counter: Counter, credits: float) -> Action:
        if budgets().limit_of(counter) is None:
            return self._added(counter, {"usedCredits": credits})
        room = _limit_credits(counter) - credits
        if room < 0:
            raise over_budget(counter, credits)
        return self._added(
            counter,
            {"usedCredits": credits},
            condition="attribute_not_exists(usedCredits) OR usedCredits <= :room",
            compared={":room": room},
        )

    def _add(self, job: Job, day: str | None, sums: dict[str, float]) -> list[Action]:
        if day is None:
            return []
        return [self._added(counter, sums) for counter in counters_of(job, day)]

    def _added(
        self,
        counter: Counter,
        sums: dict[str, float],
        *,
        condition: str = "",
        compared: dict[str, float] | None = None,
    ) -> Action:
        """Adds to the sums of a counter, if the condition holds; one of a day is listed from then on."""
        update: Action = {"TableName": self._table, "Key": to_attributes({"id": counter.key})}
        expression = "ADD " + ", ".join(f"{name} :{name}" for name in sums)
        values: dict[str, Any] = {f":{name}": value for name, value in sums.items()} | (compared or {})
        if counter.span == "day":
            expression = f"SET #group = :group, #member = :member {expression}"
            values |= {":group": f"usage#{counter.scope}", ":member": f"{counter.period}#{counter.name}"}
            update["ExpressionAttributeNames"] = {"#group": "group", "#member": "member"}
        if condition:
            update["ConditionExpression"] = condition
        return {
            "Update": update | {"UpdateExpression": expression, "ExpressionAttributeValues": to_attributes(values)}
        }


def over_budget(counter: Counter, credits: float) -> OverBudget:
    """The error of a counter that has no room for so many credits."""
    limit = budgets().limit_of(counter)
    assert limit is not None
    name = None if counter.scope == "stack" else counter.name
    return OverBudget(
        counter.scope, name, counter.span, limit=limit, price=prices().usd(credits), resets_at=counter.resets_at
    )


def _limit_credits(counter: Counter) -> float:
    limit = budgets().limit_of(counter)
    assert limit is not None
    # USD are decimal fractions: 0.09 / 0.005 must be 18, not a hair less.
    return round(limit / prices().usd_per_credit, 6)


@cache
def ledger() -> Ledger:
    """The configured table's counters, reached at first use."""
    return Ledger(os.environ["JOBS_TABLE"], client("dynamodb"))
