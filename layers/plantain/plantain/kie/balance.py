"""Kie.ai's balance as a witness: it never keeps anything from being done."""

from contextlib import suppress

from plantain.aws import AWS_ERRORS
from plantain.errors import PlantainError
from plantain.job import Balance, now_ms
from plantain.kie.api import Kie
from plantain.pace.item import pace_item


def balance_of(kie: Kie) -> float | None:
    """How many credits are left; None where Kie.ai does not tell now. Takes at most ten seconds."""
    try:
        return kie.credits()
    except (PlantainError, *AWS_ERRORS):
        return None


def keep_balance(credits: float) -> None:
    """Write down what is left now: nobody can ask for it later."""
    later = "attribute_not_exists(balanceAt) OR balanceAt < :now"
    values = {":credits": credits, ":now": now_ms()}
    with suppress(*AWS_ERRORS):
        pace_item().write("SET balance = :credits, balanceAt = :now", later, values)


def last_balance(before: int) -> Balance | None:
    """The last that was written down, if that was before then (ms since the epoch)."""
    with suppress(*AWS_ERRORS):
        found = pace_item().read().balance
        return found if found and found.at < before else None
    return None
