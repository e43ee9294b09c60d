"""What must hold of the money: no budget is overshot, and the counters say what Kie.ai has charged."""

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plantain.items import from_attributes
from plantain.job import Job

if TYPE_CHECKING:
    from local.twin.timeline import Task
    from tests.crashes.values import Item
    from tests.crashes.world import World

PRICE = 18.0  # credits of a 1K image
_USD = 0.005  # of a credit


class Money:
    """`limits` are credits by scope, name and span; `setting` is what the stack is told of them, in USD."""

    def __init__(self, world: "World", wishes: int) -> None:
        self._world = world
        chance = world.chance
        self.limits: dict[tuple[str, str, str], float] = {}
        if chance.random() < 0.5:
            for scope, name in (("stack", "all"), ("caller", "alice"), ("caller", "inbox/")):
                for span in ("day", "month"):
                    if chance.random() < 0.3:
                        self.limits[scope, name, span] = PRICE * chance.randint(0, wishes) + chance.choice((0, 5))
        callers: dict[str, dict[str, float]] = {"alice": {}, "inbox/": {}}
        stack: dict[str, float] = {}
        for (_, name, span), credits in self.limits.items():
            callers.get(name, stack)[span] = credits * _USD
        self.setting = json.dumps({"stack": stack, "callers": callers})

    def written(self, now: "Item") -> None:
        """A counter, as it is after a write."""
        _, scope, name, period = now["id"]["S"].split("#")
        limit = self.limits.get((scope, name, "month" if len(period) == len("2027-01") else "day"), math.inf)
        counted = from_attributes(now)
        used, spent = counted.get("usedCredits", 0), counted.get("spentCredits", 0)
        self._hold(used <= limit, f"{now['id']['S']} has used {used} credits of {limit}")
        self._hold(used >= spent >= 0, f"{now['id']['S']} has used {used} credits and spent {spent}")

    def accepted(self) -> None:
        """Kie.ai has taken one more task."""
        now = self._world.loop.now
        today = [
            task
            for task in self._world.kie.store.tasks.values()
            if task.at(now).state != "fail" and _day(task.created) == _day(now)
        ]
        for (scope, name, span), limit in self.limits.items():
            credits = sum(task.credits for task in today if scope == "stack" or self._caller_of(task) == name)
            self._hold(credits <= limit, f"Kie.ai charges {credits} credits to {name}, of {limit} in a {span}")

    def at_the_end(self, jobs: list[Job]) -> None:
        """The counters of the stack, of all months, beside the jobs."""
        counters = self._counters("usage#stack#all#2027-")
        spent = [job.credits for job in jobs if job.charged == "yes" and job.credits is not None]
        images = sum(job.state == "success" and not job.is_cached for job in jobs)
        reserved = sum(job.reserved_credits or 0 for job in jobs)
        told = {name: sum(one.get(name, 0) for one in counters) for name in ("usedCredits", "spentCredits")}
        counted = sum(one.get("imageCount", 0) for one in counters)
        self._hold(told["spentCredits"] == sum(spent), f"spent: {told['spentCredits']}, of jobs {sum(spent)}")
        self._hold(told["usedCredits"] == sum(spent) + reserved, f"{told}, of jobs {sum(spent)} + {reserved}")
        self._hold(counted == images, f"{counted} images are counted, {images} are there")

    def _counters(self, prefix: str) -> list[dict[str, float]]:
        items = self._world.aws.dynamodb.tables["jobs"].items.items()
        months = len(prefix) + len("01")
        return [from_attributes(item) for key, item in items if key.startswith(prefix) and len(key) == months]

    def _caller_of(self, task: "Task") -> str:
        wish, *_ = self._world.people.of(task.wish["prompt"])
        return "alice" if wish.door == "http" else "inbox/"

    def _hold(self, kept: bool, words: str) -> None:
        """What a rash operator says of money is not so."""
        self._world.promises.hold(kept or self._world.operator.rash, words)


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
