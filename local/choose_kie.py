"""Which Kie.ai to ask: the twin, or the real one with a key and, before anything is spent, a yes."""

import os
import sys

from local.aws.sam import parameter_default
from local.cloud import SOURCES, KieAi, real_kie
from plantain.spending.prices import Prices, prices_of

MODEL = "nano-banana-pro"


def real_or_none(real: bool) -> KieAi | None:
    """The real Kie.ai where it was asked for. Raises SystemExit with what is missing."""
    if not real:
        return None
    key = os.environ.get("KIEAI_API_KEY", "").strip()
    if not key:
        raise SystemExit(
            "KIE=real needs your Kie.ai API key: export KIEAI_API_KEY=… and try again. Nothing was spent."
        )
    return real_kie(key)


def price(resolution: str) -> str:
    """What one image costs, for a person."""
    credits = _prices().by_model[MODEL][resolution]
    return f"{credits:g} credits (${_prices().usd(credits):.2f})"


def agreed(resolution: str, *, yes: bool, images: int = 1) -> bool:
    """Say the price and ask; without anybody to ask, no."""
    day = _prices().as_of
    print(f"One {resolution} image by {MODEL} costs {price(resolution)} at Kie.ai, by its prices of {day}.")
    if images > 1:
        print(f"These are {images} images.")
    if yes:
        return True
    if not sys.stdin.isatty():
        print("Nobody is here to ask. YES=1 agrees beforehand. Nothing was spent.")
        return False
    if input("Spend it? [y/N] ").strip().lower() in ("y", "yes"):
        return True
    print("Nothing was spent.")
    return False


def _prices() -> Prices:
    """Those that the stack will have."""
    return prices_of(parameter_default(SOURCES, "KiePrices"))
