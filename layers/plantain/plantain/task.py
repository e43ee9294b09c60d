"""What Kie.ai says of one of its tasks: a closed set of outcomes, each carrying only what it has."""

from dataclasses import dataclass
from typing import Literal

Charged = Literal["yes", "no", "unknown"]

# The code of a Failed that may yet turn into a Succeeded.
KIE_TIMEOUT = "kie-timeout"


@dataclass(frozen=True, slots=True)
class Running:
    """Kie is still at it; `state` is our word for how far it is."""

    state: Literal["pending", "processing"]


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Kie does not know the task (yet): it also says so of tasks it created seconds ago."""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Kie has drawn. `image_urls` are Kie's own and may be empty; `cost_time` in ms; credits if told."""

    image_urls: tuple[str, ...]
    cost_time: int | None = None
    credits: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The task ended without an image. `code` is ours, `message` Kie's own words; credits if it cost any."""

    code: str
    message: str
    charged: Charged = "no"
    credits: float | None = None


Outcome = Running | Unlisted | Succeeded | Failed
