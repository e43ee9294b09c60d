"""The budgets of the stack's configuration: how much may be spent in a UTC day or month, and by whom, in USD.

`{"stack": {"day": 20, "month": 300}, "callers": {"*": {"day": 5}, "alice": {"month": 50}}, "presets": …,
"schedules": …}`; the name `*` stands for each that is not named. Read by hand: pydantic would cost every step of
the workflow its cold start.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from plantain.errors import Misconfigured
from plantain.spending.counters import Counter

_EACH = "*"
_SPANS = ("day", "month")
_GROUPS = {"caller": "callers", "preset": "presets", "schedule": "schedules"}

Limits = Mapping[str, float]
"""USD by `day` and `month`; what is not there has no limit."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits of the stack, and by scope those of each name."""

    stack: Limits = field(default_factory=dict)
    named: Mapping[str, Mapping[str, Limits]] = field(default_factory=dict)

    def limit_of(self, counter: Counter) -> float | None:
        """The budget that this counter is held to, in USD; None if it is merely counted."""
        if counter.scope == "stack":
            return self.stack.get(counter.span)
        limits = self.named.get(counter.scope, {})
        return limits.get(counter.name, limits.get(_EACH, {})).get(counter.span)


def budgets_of(text: str) -> Budgets:
    """Read the parameter. Raises Misconfigured, which names the place."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise _misconfigured("it", f"is no JSON ({error})") from None
    given = _object("it", given, allowed={"stack", *_GROUPS.values()})
    named = {
        scope: {
            name: _limits(f"{group}/{name}", limits)
            for name, limits in _object(group, given.get(group, {})).items()
        }
        for scope, group in _GROUPS.items()
    }
    return Budgets(_limits("stack", given.get("stack", {})), named)


@cache
def budgets() -> Budgets:
    """The configured budgets, read at first use. Raises Misconfigured."""
    return budgets_of(os.environ["BUDGETS"])


def _limits(place: str, given: Any) -> Limits:
    limits = _object(place, given, allowed=set(_SPANS))
    for span, usd in limits.items():
        if isinstance(usd, bool) or not isinstance(usd, int | float) or not 0 <= usd < float("inf"):
            raise _misconfigured(f"{place}/{span}", f"is {json.dumps(usd)}, not an amount of US dollars")
    return limits


def _object(place: str, given: Any, allowed: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _misconfigured(place, "is not an object")
    for name in given:
        if allowed is not None and name not in allowed:
            raise _misconfigured(f"{place}/{name}".removeprefix("it/"), f"is none of {', '.join(sorted(allowed))}")
    return given


def _misconfigured(place: str, what: str) -> Misconfigured:
    return Misconfigured("Budgets", f"{place} {what}")
