"""The clock of the pace: it stands still and then runs slowly after Kie.ai has said that it is too much.

From a refusal on it stands for STANDS_MS, then runs at half speed, and at full speed again after RECOVERS_MS more.
Slots and turns are times of this clock, so all of them move together: nobody loses a slot by it. It never runs
faster than the real clock, so what keeps a distance on it keeps at least that distance.
"""

import math
from dataclasses import dataclass

STANDS_MS = 10_000
RECOVERS_MS = 300_000
LOSES_MS = STANDS_MS + RECOVERS_MS // 4  # in all, by one refusal


@dataclass(frozen=True, slots=True)
class PaceClock:
    """Real times are ms since the epoch. `lag` is how far this clock will be behind once it has recovered,
    `slowed_at` the real time of the last refusal; 0 and 0 is the real clock."""

    lag: int = 0
    slowed_at: int = 0

    def at(self, now: int) -> int:
        """What this clock shows at a real time."""
        return now - self.lag + self.still_to_lose(now)

    def still_to_lose(self, now: int) -> int:
        """How many ms of `lag` the clock has not lost yet."""
        slow = now - self.slowed_at - STANDS_MS
        if slow <= 0:
            return min(LOSES_MS, LOSES_MS - STANDS_MS - slow)
        return max(0, RECOVERS_MS - slow) ** 2 // (4 * RECOVERS_MS)

    def when(self, shown: int) -> int:
        """The first real time, outside of the standstill, at which this clock shows that much or more."""
        moving_at = self.slowed_at + STANDS_MS
        ahead = shown - self.at(moving_at)
        if ahead <= 0:
            return moving_at
        if ahead >= RECOVERS_MS * 3 // 4:
            return shown + self.lag
        return moving_at + math.ceil(RECOVERS_MS * (math.sqrt(1 + 4 * ahead / RECOVERS_MS) - 1))

    def slowed(self, now: int) -> "PaceClock":
        """This clock after one more refusal, now."""
        return PaceClock(self.lag + LOSES_MS - self.still_to_lose(now), now)
