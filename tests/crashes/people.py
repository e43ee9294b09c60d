"""Who has to do with the stack in a schedule: those who wish for images, the operator, and time itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plantain.job import Job, Request, new_job
from plantain.jobs.intake import take_in, taken_in
from plantain.pace.pausing import pausing
from tests.crashes.bells import posted
from tests.crashes.lambdas import Crashed

if TYPE_CHECKING:
    from tests.crashes.world import World

# How Kie.ai's task goes (local/twin/scripts.py), the usual way first.
_FATES = ("", "", "", "", "", "", "all-states", "fail-policy", "fail-internal", "no-urls x2", "urls x2")
_RARE = (
    "timeout",
    "timeout-then-success 90s",
    "timeout-then-success 3600s",
    "never",
    "unknown-state",
    "no-urls ever",
)
_TRIES = 6
PRICE_USD = 0.09  # of a 1K image


@dataclass(frozen=True)
class Wish:
    """One image that somebody wants. Without a key it is asked for once, whatever the answer.

    `settings` are its words for what it may cost, and whether an earlier image will do.
    """

    prompt: str
    door: str
    key: str | None
    settings: dict[str, Any]


class People:
    """`wishes` is what they want in this schedule."""

    def __init__(self, world: "World", wishes: int) -> None:
        self._world = world
        self.wishes: list[Wish] = []
        for number in range(wishes):
            self.wishes.append(self._wish(number))

    def of(self, prompt: str) -> list[Wish]:
        """Those for whom one image of it would do; mostly it is one alone."""
        return [wish for wish in self.wishes if wish.prompt == prompt]

    def _wish(self, number: int) -> Wish:
        chance = self._world.chance
        fate = chance.choice(_RARE if chance.random() < 0.05 else _FATES)
        prompt = f"wish {number}" + (f" [twin:{fate}]" if fate else "")
        door = chance.choice(("http", "http", "upload"))
        keyed = door == "upload" or chance.random() < 0.7
        settings: dict[str, Any] = {"cache": True} if chance.random() < 0.3 else {}
        if chance.random() < 0.1:
            settings |= {"maxCost": chance.choice((PRICE_USD / 2, PRICE_USD))}
        earlier = chance.choice(self.wishes) if self.wishes else None
        if earlier and earlier.settings == settings == {"cache": True}:
            prompt, door = earlier.prompt, earlier.door
            keyed = keyed or door == "upload"
        return Wish(prompt, door, f"key-{number}" if keyed else None, settings)

    def begin(self, within: float) -> None:
        """They come within so many seconds."""
        chance, loop = self._world.chance, self._world.loop
        for wish in self.wishes:
            after = chance.random() * within
            for _ in range(1 + (wish.key is not None and chance.happens("asked twice"))):
                loop.spawn(lambda wish=wish: self._ask(wish), after)  # type: ignore[misc]
                after += chance.in_a_while(chance.choice((0.05, 300)))

    def _ask(self, wish: Wish) -> None:
        self._world.loop.current.name = wish.prompt
        for _ in range(_TRIES):
            if (self._posted(wish) if wish.door == "http" else self._dropped(wish)) or wish.key is None:
                return
            self._world.loop.sleep(1 + self._world.chance.in_a_while(60))

    def _posted(self, wish: Wish) -> bool:
        """Whether an answer has come that says how it is."""
        headers = {"idempotency-key": wish.key} if wish.key else {}
        body = {"prompt": wish.prompt, "aspectRatio": "1:1", "resolution": "1K"} | wish.settings
        try:
            answer = self._world.lambdas.run("submit_job", posted("/api/images/generate", body, headers))
        except Crashed:
            return False
        self._world.note(f"answered {answer['statusCode']}")
        return bool(answer["statusCode"] < 500)

    def _dropped(self, wish: Wish) -> bool:
        """As a file in the inbox asks for it."""
        cache, most = wish.settings.get("cache", False), wish.settings.get("maxCost")
        request = Request("nano-banana-pro", wish.prompt, "1:1", "1K", "png", cache=cache, max_cost=most)

        def take() -> Job:
            taken = taken_in("inbox/", wish.key) or take_in(new_job("inbox/", "upload", request), wish.key)
            return taken.job

        try:
            self._world.lambdas.process("on_upload", 60, take)
        except Exception:
            return False
        return True


class Operator:
    """Sees to failed jobs. A rash one sends again without a look at Kie.ai's log page, and adopts anything."""

    def __init__(self, world: "World", *, rash: bool) -> None:
        self._world = world
        self.rash = rash

    def begin(self, within: float) -> None:
        """Acts a few times within so many seconds."""
        chance = self._world.chance
        for _ in range(chance.choice((0, 0, 1, 3, 8))):
            self._world.loop.spawn(self._act, chance.random() * within)
        if chance.random() < 0.05:
            self._world.loop.spawn(self._pause, chance.random() * within)

    def _act(self) -> None:
        world, chance = self._world, self._world.chance
        jobs, world.loop.current.name = world.jobs(), "operator"
        failed = [job for job in jobs if job.state == "fail"]
        if not (chosen := failed if failed and chance.random() < 0.9 else jobs):
            return
        job = chance.choice(chosen)
        for _ in range(1 + (chance.random() < 0.2)):
            world.lambdas.beside(*self._word(job), chance.in_a_while(1))

    def _word(self, job: Job) -> tuple[str, dict[str, Any]]:
        world, chance = self._world, self._world.chance
        every = list(world.kie.store.tasks.values())
        own = every if self.rash else world.kie.tasks_of(job.request.prompt)
        verb = chance.choice(("adopt_job", "resend_job", "redrive_job", "redrive_job", "dismiss_job"))
        if verb == "adopt_job" and own:
            return verb, {"taskId": job.task_id, "kieTaskId": chance.choice(own).task_id}
        if verb == "resend_job" and (self.rash or not own):
            return verb, {"taskId": job.task_id}
        return ("dismiss_job" if verb == "dismiss_job" else "redrive_job"), {"taskId": job.task_id}

    def _pause(self) -> None:
        lambdas, chance = self._world.lambdas, self._world.chance
        try:
            lambdas.process("pause", 60, lambda: pausing().pause("operator", "a look at it"))
        except Exception:
            return
        self._world.loop.sleep(chance.in_a_while(1800))
        self.resume()

    def resume(self) -> None:
        """Until it is done."""
        while True:
            try:
                self._world.lambdas.process("resume", 60, self._resumed)
                return
            except Exception:
                self._world.loop.sleep(5)

    def _resumed(self) -> None:
        paused = pausing().now()
        if paused and paused.by == "operator":
            pausing().resume(paused)
