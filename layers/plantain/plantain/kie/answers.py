"""What the HTTP API answers of Kie.ai's account and to its callbacks; openapi.yaml is made of this."""

from typing import Literal, TypedDict

from plantain.formats import Moment
from plantain.pace.answers import CreatesPaused

KieState = Literal["ok", "key-missing", "key-rejected", "unreachable"]


class KieAccount(TypedDict):
    """Kie.ai's account that pays, as Kie.ai tells it at this moment."""

    state: KieState
    """`ok`, or why nothing is known: no key is set, Kie.ai does not accept it, or Kie.ai does not answer."""
    credits: float | None
    """What is left, in Kie.ai's credits; null unless `ok`."""
    usd: float | None
    """The same in US dollars."""


class Account(TypedDict):
    """Who calls, and whether a wish could be paid."""

    caller: str
    """The name of the API key."""
    time: Moment
    """The server's clock."""
    version: str
    """Plantain's version."""
    kie: KieAccount
    """The account that pays."""
    paused: CreatesPaused | None
    """Why jobs wait; null where creates are sent."""


class Health(TypedDict):
    """Whether the service stands."""

    version: str
    """Plantain's version."""
    kieKeyConfigured: bool
    """Whether the operator has set a key for Kie.ai; not whether Kie.ai accepts it."""


class CallbackHeard(TypedDict):
    """What Kie.ai expects of who hears its callback."""

    code: int
    """Always 200."""
    msg: str
    """Always `success`."""
