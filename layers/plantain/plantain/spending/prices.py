"""What Kie.ai asks for an image: the stack's parameter KiePrices, the one place where prices are kept.

`{"asOf": "2026-07-01", "usdPerCredit": 0.005, "credits": {"nano-banana-pro": {"1K": 18, …}, …}}`: credits for one
image, by model and resolution.
"""

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from plantain.errors import Misconfigured, TooDear
from plantain.job import Request

if TYPE_CHECKING:
    from plantain.spending.answers import Cost

_TOO_MUCH = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices as they were on the day `as_of`. `by_model` holds the credits of one image, by resolution."""

    as_of: dt.date
    usd_per_credit: float
    by_model: Mapping[str, Mapping[str, float]]

    def credits_of(self, request: Request) -> float:
        """What this image will cost, in credits. Raises Misconfigured."""
        try:
            return self.by_model[request.model][request.resolution]
        except KeyError:
            raise Misconfigured(
                "KiePrices", f"it has no price for {request.model} at {request.resolution}"
            ) from None

    def require_within(self, request: Request) -> None:
        """Raises TooDear where it costs more than its wish allows, and Misconfigured."""
        credits = self.credits_of(request)
        if request.max_cost is not None and self.usd(credits) > round(request.max_cost, 6):
            allowed, price = dollars(request.max_cost), dollars(self.usd(credits))
            raise TooDear(
                f"allows {allowed} for an image, and this one costs {price} "
                f"({credits:g} credits, by the prices of {self.as_of})"
            )

    def usd(self, credits: float) -> float:
        """So many credits in USD."""
        return round(credits * self.usd_per_credit, 6)

    def cost(self, credits: float) -> "Cost":
        """So many credits, in both currencies."""
        return {"credits": credits, "usd": self.usd(credits)}


def prices_of(text: str) -> Prices:
    """The prices in this text. Raises Misconfigured."""
    try:
        given = json.loads(text)
        as_of, by_model = dt.date.fromisoformat(given["asOf"]), given["credits"]
        return Prices(
            as_of,
            _amount(given["usdPerCredit"]),
            {
                model: {resolution: _amount(credits) for resolution, credits in row.items()}
                for model, row in by_model.items()
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise Misconfigured("KiePrices", f"it cannot be read ({type(wrong).__name__}: {wrong})") from None


def dollars(usd: float) -> str:
    """US dollars with two places, or as many more as it has, up to six."""
    whole, places = f"{usd:,.6f}".split(".")
    return f"${whole}.{places.rstrip('0'):0<2}"


def _amount(number: Any) -> float:
    """Above zero: what cost nothing would pass every budget."""
    if isinstance(number, bool) or not 0 < number < _TOO_MUCH:
        raise ValueError(f"{number} is no price")
    return float(number)


@cache
def prices() -> Prices:
    """The configured prices, read at first use. Raises Misconfigured."""
    return prices_of(os.environ["KIE_PRICES"])
