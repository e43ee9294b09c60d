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
class Account:
    """Who asks, what time it is on the server, which Plantain this is, and Kie.ai's balance."""

    caller: str
    time: dt.datetime
    version: str
    kie: KieAccount
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Health:
    """What anybody may know."""

    version: str
    kie_key_configured: bool
    document: Document = field(repr=False, compare=False)
