"""What Kie.ai says of the account that pays: whether our key works, and how much is left."""

from typing import TYPE_CHECKING

from plantain.errors import KieKeyMissing, KieKeyRejected, TryAgainLater
from plantain.kie.api import kie
from plantain.spending.prices import prices

if TYPE_CHECKING:
    from plantain.kie.answers import KieAccount, KieState


def kie_account() -> "KieAccount":
    """The account as it is now. Raises nothing that Kie.ai or its key could be the cause of."""
    try:
        credits = kie().credits()
    except KieKeyMissing:
        return _unpaid("key-missing")
    except KieKeyRejected:
        return _unpaid("key-rejected")
    except TryAgainLater:
        return _unpaid("unreachable")
    return {"state": "ok", "credits": credits, "usd": round(prices().usd(credits), 2)}


def _unpaid(state: "KieState") -> "KieAccount":
    return {"state": state, "credits": None, "usd": None}
