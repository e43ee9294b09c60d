"""Whether creates are paused, and by whom; a pause stops new creates and loses nothing, jobs wait.

An operator pauses (`plantain pause`), and so does a balance at Kie.ai that is used up. Of the waiting jobs one a
minute then looks at the balance, and ends the pause for all when it covers its own price.
"""

from functools import cache
from typing import TYPE_CHECKING

from plantain.job import Job, now_ms
from plantain.pace.item import By, PaceItem, Paused, pace_item
from plantain.spending.prices import prices
from plantain.times import iso

if TYPE_CHECKING:
    from plantain.pace.answers import CreatesPaused

WAIT_SECONDS, LONGEST_WAIT_SECONDS = 60, 300
LOOK_MS = 60_000


def wait_seconds(paused: Paused) -> int:
    """For how long a job is to wait before it asks again: a fifth of the pause's age, within bounds."""
    return min(LONGEST_WAIT_SECONDS, max(WAIT_SECONDS, (now_ms() - paused.at) // 5_000))


def covers(balance: float, job: Job) -> bool:
    """Whether so many credits pay for this job."""
    return balance >= prices().credits_of(job.request)


def pause_view() -> "CreatesPaused | None":
    """The pause there is, as callers are told of it. Raises what AWS raises."""
    paused = pausing().now()
    return {"by": paused.by, "reason": paused.reason, "since": iso(paused.at)} if paused else None


class Pausing:
    """The `paused` of the pace item. Every method raises what AWS raises."""

    def __init__(self, item: PaceItem) -> None:
        self._item = item

    def now(self) -> Paused | None:
        """The pause there is."""
        return self._item.read().paused

    def pause(self, by: By, reason: str) -> None:
        """From now on; a pause that stands already stays as it is."""
        now = now_ms()
        values = {":paused": {"by": by, "reason": reason, "at": now, "lookedAt": now}}
        self._item.write("SET paused = :paused", "attribute_not_exists(paused)", values)

    def may_look(self, paused: Paused) -> bool:
        """Whether the caller is the one who is to look at the balance now."""
        now = now_ms()
        if paused.by != "kie-credits" or now < paused.looked_at + LOOK_MS:
            return False
        values = {":now": now, ":read": paused.looked_at, ":by": paused.by}
        condition = "paused.#by = :by AND paused.lookedAt = :read"
        return self._item.write("SET paused.lookedAt = :now", condition, values) is not None

    def resume(self, paused: Paused) -> None:
        """End this pause, no other. The clock of the pace has stood still: all keep their places."""
        values = {":gone": max(0, now_ms() - paused.at), ":at": paused.at, ":by": paused.by}
        condition = "paused.#at = :at AND paused.#by = :by"
        self._item.write("REMOVE paused ADD clockLag :gone", condition, values)


@cache
def pausing() -> Pausing:
    """The pause of the configured table, reached at first use."""
    return Pausing(pace_item())
