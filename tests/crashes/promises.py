"""What must hold in every schedule. The first that does not ends it."""

from collections import Counter
from typing import TYPE_CHECKING

from plantain.items import from_attributes
from plantain.job import Job
from plantain.jobs.records import UNSETTLED
from tests.crashes.lambdas import OPERATORS
from tests.crashes.people import PRICE_USD

if TYPE_CHECKING:
    from local.twin.timeline import Task
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
        wishes = self._world.people.of(prompt)
        count, allowed = len(self._world.kie.tasks_of(prompt)), len(wishes) + self.resent[prompt]
        self.hold(count <= allowed, f"Kie.ai has accepted {count} creates for {prompt!r}")
        most = wishes[0].settings.get("maxCost", PRICE_USD)
        self.hold(most >= PRICE_USD, f"{prompt!r} costs {PRICE_USD} USD and may cost {most}")
        self._world.money.accepted()

    def at_the_end(self) -> None:
        """When nothing happens any more."""
        jobs = self._world.jobs()
        self._world.money.at_the_end(jobs)
        for prompt in {wish.prompt: None for wish in self._world.people.wishes}:
            of_wish = [job for job in jobs if job.request.prompt == prompt]
            wishes = len(self._world.people.of(prompt))
            self.hold(len(of_wish) <= wishes, f"{len(of_wish)} jobs for {wishes} times {prompt!r}")
            now = self._world.loop.now
            tasks = self._world.kie.tasks_of(prompt)
            paid = [task.task_id for task in tasks if task.at(now).state == "success"]
            self.hold(of_wish or not tasks, f"a task without a job for {prompt!r}")
            self.hold(len(paid) <= 1 + self.resent[prompt], f"{len(paid)} times was paid for {prompt!r}")
            for job in of_wish:
                self._ended_well(job, paid)
            if paid and not self._world.operator.rash:
                self.hold(any(map(self._is_seen, of_wish)), f"{prompt!r} was paid for, and nobody sees it")

    def _ended_well(self, job: Job, paid: list[str]) -> None:
        prompt = job.request.prompt
        self.hold(job.is_final, f"{prompt!r} has not ended: {job.state}")
        if job.state == "success":
            drawn_by = self._world.job(job.cached_from) if job.is_cached else job
            self.hold(drawn_by.kie_task_id in paid, f"{prompt!r} has an image that was made for another")
            stored = [("images", image.key) in self._world.aws.s3.objects for image in job.images]
            self.hold(stored and all(stored), f"{prompt!r} is a success without its image")
        elif job.failure and not self._world.operator.rash and not self._waited(job):
            charged = job.failure.charged
            self.hold(charged != "no" or not paid, f"{prompt!r} was paid for and says that it was not")
            self.hold(charged != "yes" or paid, f"{prompt!r} was not paid for and says that it was")

    def _waited(self, job: Job) -> bool:
        """What was paid for was not its own: it waited for the image of another of the same wish."""
        return job.create_started_at is None and len(self._world.people.of(job.request.prompt)) > 1

    def _is_seen(self, job: Job) -> bool:
        """By whom it was asked for, or by the operator."""
        listed = self._world.is_open(job) == UNSETTLED or job.task_id in self.dismissed
        return job.state == "success" or listed
