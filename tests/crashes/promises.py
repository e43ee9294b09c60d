"""What must hold in every schedule. The first that does not ends it."""

from collections import Counter
from typing import TYPE_CHECKING

from plantain.items import from_attributes
from plantain.job import Job
from plantain.jobs import UNSETTLED
from tests.crashes.lambdas import OPERATORS

if TYPE_CHECKING:
    from local.twin.timeline import Task
    from tests.crashes.people import Wish
    from tests.crashes.values import Item
    from tests.crashes.world import World

LIMIT, WINDOW = 20, 10.0  # Kie.ai's, for an account: creates in so many seconds
_FINAL = ("success", "fail")
_OF_AN_END = ("state", "failure", "images", "endedAt", "reopened")


class Broken(AssertionError):
    """A promise was not kept."""


class Promises:
    """`resent` counts by wish how often a rash operator has had it sent again, `dismissed` are jobs seen to."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.resent: Counter[str] = Counter()
        self.dismissed: set[str] = set()

    def hold(self, kept: object, words: str) -> None:
        if not kept and self._world.loop.error is None:
            self._world.note(f"BROKEN: {words}")
            self._world.loop.error = Broken(words)

    def written(self, was: "Item", now: "Item") -> None:
        """Nothing leaves a final state but by an operator's word."""
        key = now.get("id", {}).get("S", "")
        if key.startswith("usage#"):
            self._world.money.written(now)
        if not was or not key.startswith("job#"):
            return
        before, after = from_attributes(was), from_attributes(now)
        if before["state"] not in _FINAL:
            return
        operator = self._world.process_name in OPERATORS
        changed = [name for name in _OF_AN_END if before.get(name) != after.get(name)]
        self.hold(not changed or operator, f"{before['taskId']}: {changed} of a job that had ended")
        if operator and "open" in before and "open" not in after and not changed:
            self.dismissed.add(before["taskId"])
        if (
            operator
            and after.get("state") == "pending"
            and "createStartedAt" in before
            and self._world.operator.rash
        ):
            self.resent[before["request"]["prompt"]] += 1

    def pace_kept(self, arrived: list[float]) -> None:
        """Of the creates that have arrived so far, s."""
        self.hold(
            len(arrived) <= LIMIT or arrived[-1] - arrived[-1 - LIMIT] >= WINDOW,
            f"{LIMIT + 1} creates arrived at Kie.ai within {WINDOW:g} s",
        )

    def accepted(self, task: "Task") -> None:
        """Once for each wish, and once more for each time an operator said so."""
        prompt = task.wish["prompt"]
        count, allowed = len(self._world.kie.tasks_of(prompt)), 1 + self.resent[prompt]
        self.hold(count <= allowed, f"Kie.ai has accepted {count} creates for {prompt!r}")
        self._world.money.accepted()

    def at_the_end(self) -> None:
        """When nothing happens any more."""
        jobs = self._world.jobs()
        self._world.money.at_the_end(jobs)
        for wish in self._world.people.wishes:
            of_wish = [job for job in jobs if job.request.prompt == wish.prompt]
            self.hold(len(of_wish) <= 1, f"{len(of_wish)} jobs for {wish.prompt!r}")
            tasks = self._world.kie.tasks_of(wish.prompt)
            self.hold(of_wish or not tasks, f"a task without a job for {wish.prompt!r}")
            for job in of_wish:
                self._ended_well(job, wish, tasks)

    def _ended_well(self, job: Job, wish: "Wish", tasks: list["Task"]) -> None:
        now = self._world.loop.now
        paid = [task.task_id for task in tasks if task.at(now).state == "success"]
        self.hold(job.is_final, f"{wish.prompt!r} has not ended: {job.state}")
        if job.state == "success":
            self.hold(job.kie_task_id in paid, f"{wish.prompt!r} has an image that was made for another")
            stored = [("images", image.key) in self._world.aws.s3.objects for image in job.images]
            self.hold(stored and all(stored), f"{wish.prompt!r} is a success without its image")
        elif job.failure and not self._world.operator.rash:
            charged = job.failure.charged
            self.hold(charged != "no" or not paid, f"{wish.prompt!r} was paid for and says that it was not")
            self.hold(charged != "yes" or paid, f"{wish.prompt!r} was not paid for and says that it was")
            listed = self._world.is_open(job) == UNSETTLED or job.task_id in self.dismissed
            self.hold(not paid or listed, f"{wish.prompt!r} was paid for, has no image and is not listed")
