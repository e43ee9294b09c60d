"""One schedule: a stack, its people, Kie.ai and the weather, all from one number, in a time of their own."""

import os
from dataclasses import dataclass, replace
from typing import Any

from local.twin.settings import Settings
from plantain.items import from_attributes, job_from
from plantain.job import Job
from plantain.jobs.records import job_key
from tests.conftest import make_cloud
from tests.crashes.aws import Aws
from tests.crashes.bells import Bells
from tests.crashes.chance import Chance, Secrets
from tests.crashes.executions import StepFunctions
from tests.crashes.kie_ai import KieAi
from tests.crashes.lambdas import Killed, Lambdas, Process
from tests.crashes.loop import Loop
from tests.crashes.money import PRICE, Money
from tests.crashes.people import Operator, People
from tests.crashes.promises import Promises

START = 1_800_000_000.0  # s since the epoch
DAY = 24 * 3600.0
LONGEST = 9 * DAY
SWEEP_SECONDS = 900.0
WEBHOOK_KEY = "the webhook key"
BASE = "https://plantain.test"


@dataclass(frozen=True)
class Outcome:
    """What became of a schedule: its counts, and why it broke a promise, with everything that happened before."""

    seed: int
    counts: dict[str, int]
    broken: str | None
    trace: list[str]


class World:
    """`begun` is when calls begin to take time and to fail."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = Chance(seed)
        self.secrets = Secrets(self.chance)
        self.loop = Loop(START, START + LONGEST)
        self.begun = False
        self.runs = 0
        self._trace: list[tuple[float, str, str]] = []
        self.promises = Promises(self)
        self.lambdas = Lambdas(self)
        self.executions = StepFunctions(self)
        self.aws = Aws(self)
        self.bells = Bells(self)

    def run(self) -> Outcome:
        """Everything at random."""
        chance = self.chance
        if rush := chance.random() < 0.02:  # in milder weather, so that many creates come at once
            chance.rates = {name: rate / 5 for name, rate in chance.rates.items()}
        wishes = chance.randint(24, 40) if rush else chance.choice((1, 1, 1, 2, 2, 3))
        rich = chance.random() < 0.85
        settings = Settings(
            draw_seconds=chance.choice((3.0, 30.0, 200.0)),
            balance=1e6 if rich else PRICE * chance.randint(0, wishes),
            webhook_key=WEBHOOK_KEY if chance.random() < 0.5 else "",
        )
        self.set_up(wishes, settings, rings=chance.random() < 0.75)
        storm = chance.choice((60.0, 600.0, 3600.0, 4 * 3600.0))
        self.people.begin(2.0 if rush else storm / 2)
        self.operator.begin(storm * 2)
        if not rich:
            self.loop.spawn(lambda: self.kie.set(balance=1e6), chance.random() * storm * 2)
        for _ in range(wishes):
            if chance.happens("execution stopped"):
                self.loop.spawn(self._stop_one, chance.random() * storm)
        self.loop.spawn(lambda: setattr(chance, "calm", True), storm)
        self.loop.spawn(lambda: self._sweeps(storm * 2), SWEEP_SECONDS * chance.random())
        return self.outcome()

    def set_up(self, wishes: int, settings: Settings, *, rings: bool) -> None:
        """A stack, whom Kie.ai reaches or not, and its people; nothing has happened yet."""
        self.kie = KieAi(self, replace(settings, key="kie-key"))
        self.people, self.operator = People(self, wishes), Operator(self, rash=self.chance.random() < 0.2)
        self.money = Money(self, wishes)
        os.environ["BUDGETS"] = self.money.setting
        os.environ["KIE_WEBHOOK_SECRET_ARN"] = "webhook-key" if settings.webhook_key else ""
        cloud = make_cloud()
        cloud.secrets.create_secret(Name="webhook-key", SecretString=WEBHOOK_KEY)
        cloud.rings_at(BASE if rings else "none")
        self.begun = True

    def outcome(self) -> Outcome:
        """What became of all that has begun, once nothing happens any more."""
        broken = None
        try:
            self.loop.run()
            self.promises.at_the_end()
            if self.loop.error:
                raise self.loop.error
        except AssertionError as error:
            broken = str(error) or repr(error)
        jobs = self.jobs()
        self.chance.counts.update(
            {
                "schedules": 1,
                "wishes": len(self.people.wishes),
                "creates accepted": len(self.kie.store.tasks),
                "runs of functions": self.runs,
                "sent again by a rash operator": self.promises.resent.total(),
            }
        )
        self.chance.counts.update(f"ended {job.state} {job.failure.code if job.failure else ''}" for job in jobs)
        return Outcome(self.seed, dict(self.chance.counts), broken, self.trace() if broken else [])

    def _stop_one(self) -> None:
        running = [one for one in self.executions.all.values() if one.status == "RUNNING"]
        if running:
            self.chance.choice(running).end(self.chance.choice(("ABORTED", "TIMED_OUT")))

    def _sweeps(self, at_least: float) -> None:
        """The schedule of the sweeper, as long as there is anything for it to do."""
        until = START + at_least
        while (is_open := any(not job.is_final for job in self.jobs())) or self.loop.now < until:
            if is_open or self.chance.random() < 0.1:  # most of those that find nothing are left out
                self.lambdas.beside("sweep_jobs", {})
            self.loop.sleep(SWEEP_SECONDS)

    def pass_time(self, seconds: float) -> None:
        """In a process, which may be over by then."""
        process = self._process
        if process is None:
            self.loop.sleep(seconds)
            return
        if process.dead:
            raise Killed
        self.loop.sleep(max(0.0, min(seconds, process.ends - self.loop.now)))
        if self.loop.now >= process.ends:
            self._kill(process, "its time is up")

    def may_die(self, where: str) -> None:
        """A process may die here."""
        process = self._process
        if process and (process.dead or self.chance.happens("killed")):
            self._kill(process, where)

    def _kill(self, process: Process, where: str) -> None:
        if not process.dead:
            self.note(f"DIES {where}")
            process.dead = True
        raise Killed

    @property
    def _process(self) -> Process | None:
        found: Process | None = self.loop.current.carries
        return found

    @property
    def process_name(self) -> str:
        """Of the function that runs; empty where none does."""
        return self._process.name.partition(" ")[0] if self.begun and self._process else ""

    def index_lag(self) -> float:
        return self.chance.random() * 2 if self.begun and self.chance.happens("index lags") else 0.0

    def jobs(self) -> list[Job]:
        """Every job as it is now."""
        items = self.aws.dynamodb.tables["jobs"].items.items()
        return [job_from(from_attributes(item)) for key, item in items if key.startswith("job#")]

    def job(self, task_id: str | None) -> Job:
        """This one as it is now."""
        (found,) = [job for job in self.jobs() if job.task_id == task_id]
        return found

    def is_open(self, job: Job) -> str | None:
        """Where the index of open jobs lists it."""
        item = self.aws.dynamodb.tables["jobs"].items[job_key(job.task_id)]
        return item.get("open", {}).get("S")

    def note(self, text: str) -> None:
        """A line of the trace."""
        if self.loop.error is None or text.startswith("BROKEN"):
            process = self._process
            self._trace.append((self.loop.now - START, process.name if process else self.loop.current.name, text))

    def note_call(self, what: str, call: dict[str, Any]) -> None:
        key = call.get("Key", call.get("name", ""))
        self.note(f"{what} {key['id']['S'] if isinstance(key, dict) else key} {call.get('UpdateExpression', '')}")

    def trace(self) -> list[str]:
        return [f"{at:10.2f} s  {who:<20} {text}" for at, who, text in self._trace]
