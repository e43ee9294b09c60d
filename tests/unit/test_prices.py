"""What Kie.ai asks: read from one setting, and never guessed."""

import json
from typing import Any

import pytest

from plantain.errors import Misconfigured, TooDear
from plantain.models import MODELS
from plantain.spending.prices import prices_of
from tests.builders import a_request
from tests.template.stack import template

PARAMETER: dict[str, Any] = template()["Parameters"]["KiePrices"]
GIVEN = {"asOf": "2026-07-01", "usdPerCredit": 0.005, "credits": {"nano-banana-pro": {"1K": 18}}}


def test_the_price_of_an_image_is_that_of_its_model_and_resolution() -> None:
    read = prices_of(PARAMETER["Default"])

    assert [read.credits_of(a_request(resolution=size)) for size in ("1K", "2K", "4K")] == [18, 18, 24]
    assert (read.usd(18), read.usd(24), str(read.as_of)) == (0.09, 0.12, "2026-07-01")


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_template_has_a_price_for_whatever_can_be_asked_for(model: Any) -> None:
    read = prices_of(PARAMETER["Default"])

    for resolution in model.resolutions:
        assert read.credits_of(a_request(model=model.name, resolution=resolution)) > 0


@pytest.mark.parametrize("wish", [{"resolution": "4K"}, {"model": "nano-banana-3", "resolution": "1K"}])
def test_what_has_no_price_is_said_to_have_none(wish: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=f"KiePrices .* no price for .*{wish['resolution']}.*Nothing was sent"):
        prices_of(json.dumps(GIVEN)).credits_of(a_request(**wish))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        json.dumps(GIVEN | {"asOf": "2026-02-30"}),
        json.dumps(GIVEN | {"asOf": 20260701}),
        json.dumps(GIVEN | {"usdPerCredit": 0}),
        json.dumps(GIVEN | {"usdPerCredit": "0.005"}),
        json.dumps(GIVEN | {"usdPerCredit": True}),
        json.dumps(GIVEN | {"credits": {"nano-banana-pro": 18}}),
        json.dumps(GIVEN | {"credits": {"nano-banana-pro": {"1K": -1}}}),
        json.dumps(GIVEN | {"credits": {"nano-banana-pro": {"1K": 1_000_000}}}),
        json.dumps(GIVEN | {"credits": {"nano-banana-pro": {"1K": float("inf")}}}),
        json.dumps(GIVEN | {"credits": {"nano-banana-pro": {"1K": float("nan")}}}),
        json.dumps(GIVEN | {"credits": {"nano-banana-pro": {"1K": 10**400}}}),
    ],
)
def test_prices_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="KiePrices cannot be used"):
        prices_of(text)


def test_dollars_are_counted_in_millionths() -> None:
    read = prices_of(json.dumps(GIVEN))

    assert read.usd(1 / 3) == 0.001667
    read.require_within(a_request(resolution="1K", max_cost=0.0899996))
    with pytest.raises(TooDear):
        read.require_within(a_request(resolution="1K", max_cost=0.089999))
