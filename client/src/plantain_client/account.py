"""Who asks, what serves it, and the Kie.ai account that pays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from plantain_client.task import Document

KieState = Literal["ok", "key-missing", "key-rejected", "unreachable"]


@dataclass(frozen=True, slots=True)
class KieAccount:
    """Kie.ai's side: whether its key works, and the balance where Kie.ai has told."""

    state: KieState
    credits: float | None
    usd: float | None


@dataclass(frozen=True, slots=True)
class CreatesPaused:
    """Nothing new is sent to Kie.ai: jobs wait. `by` is "operator", or "kie-credits": the balance is used up."""

    by: str
    reason: str
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks, what time it is on the server, which Plantain this is, Kie.ai's balance, and whether jobs wait."""

    caller: str
    time: dt.datetime
    version: str
    kie: KieAccount
    paused: CreatesPaused | None
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Health:
    """What anybody may know."""

    version: str
    kie_key_configured: bool
    document: Document = field(repr=False, compare=False)
