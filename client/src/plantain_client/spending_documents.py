"""Reads what images would cost and have cost; raises as documents.py does."""

from __future__ import annotations

from plantain_client.documents import paused_from
from plantain_client.fields import day, listed, moment, number, or_none, text, whole
from plantain_client.money import BudgetLeft, Estimate, Usage, Used, UsedBy
from plantain_client.preset_documents import ref_from
from plantain_client.resolved import resolved_from
from plantain_client.task import Cost, Document


def estimate_from(document: Document) -> Estimate:
    """An estimate."""
    return resolved_from(
        Estimate,
        document,
        preset=or_none(ref_from, document.get("preset")),
        prices_as_of=day(document["pricesAsOf"]),
        budgets=listed(document["budgets"], _budget),
        paused=or_none(paused_from, document.get("paused")),
    )


def usage_from(document: Document) -> Usage:
    """What was used."""
    return Usage(
        first_day=day(document["firstDay"]),
        last_day=day(document["lastDay"]),
        group_by=text(document["groupBy"]),
        rows=listed(document["rows"], lambda row: UsedBy(text(row["name"]), _used(row))),
        total=_used(document["total"]),
        document=document,
    )


def _budget(document: Document) -> BudgetLeft:
    return BudgetLeft(
        scope=text(document["scope"]),
        name=text(document["name"]),
        period=text(document["period"]),
        limit_usd=number(document["limitUsd"]),
        used_usd=number(document["usedUsd"]),
        left_usd=number(document["leftUsd"]),
        resets_at=moment(document["resetsAt"]),
    )


def _used(document: Document) -> Used:
    return Used(
        images=whole(document["images"]),
        spent=Cost(number(document["spentCredits"]), number(document["spentUsd"])),
        reserved=Cost(number(document["reservedCredits"]), number(document["reservedUsd"])),
    )
