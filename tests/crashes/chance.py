"""What a seed decides: how bad the weather of a schedule is, and each single stroke of it."""

import random
from collections import Counter

# What may go wrong, and how often at its worst. Of each schedule's weather about half of it is absent.
WORST = {
    "killed": 0.1,  # a process, before or after a write or a send
    "aws lost": 0.1,  # done, but the answer does not come
    "aws unreached": 0.1,  # not done
    "aws throttled": 0.1,
    "aws conflict": 0.2,
    "index lags": 0.3,
    "no room": 0.2,  # Lambda takes no call for the moment
    "run doubled": 0.1,  # a function is run twice at once for one call
    "run unheard": 0.1,  # it runs, but its caller hears of a failure
    "event lost": 0.3,
    "event doubled": 0.3,
    "execution stopped": 0.3,
    "create lost": 0.4,  # accepted, and the answer does not come
    "create unreached": 0.2,
    "create dropped": 0.2,  # not accepted, which nobody is told
    "create busy": 0.4,
    "create broken": 0.2,  # an answer that leaves open whether it was accepted
    "look broken": 0.4,
    "ring lost": 0.6,
    "ring doubled": 0.4,
    "ring late": 0.4,
    "ring early": 0.4,
    "ring forged": 0.5,
    "ring swapped": 1.0,
    "download broken": 0.3,
    "asked twice": 0.4,  # the same wish once more, at the same time
}


class Chance(random.Random):
    """All that is random in one schedule. `counts` is what has happened; when `calm`, nothing does any more."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.calm = False
        self.counts: Counter[str] = Counter()
        self.rates = {name: worst * self.choice((0, 0, 0, 0.1, 0.3, 1)) for name, worst in WORST.items()}

    def happens(self, what: str) -> bool:
        """Whether this goes wrong now."""
        rate = self.rates[what]
        if not rate or self.calm or self.random() >= rate:
            return False
        self.counts[what] += 1
        return True

    def way(self) -> float:
        """Seconds that a call takes on its way there or back, mostly few."""
        return self.random() * (0.3 if self.random() < 0.05 else 0.02)

    def in_a_while(self, longest: float) -> float:
        """Seconds: mostly soon, at times much later."""
        return longest * self.random() ** 3


class Secrets:
    """Stands in for the module `secrets`, so that a seed gives the same ids again."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def token_hex(self, count: int) -> str:
        return self._chance.randbytes(count).hex()

    def token_urlsafe(self, count: int) -> str:
        return self.token_hex(count)

    def randbits(self, count: int) -> int:
        return self._chance.getrandbits(count)

    def SystemRandom(self) -> random.Random:  # noqa: N802 - as the module names it
        return self._chance
