"""Many jobs on their way to Kie.ai in one virtual time: the real create step, and the loop around it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

import pytest

from functions.create_task import app as create_task
from plantain import job as job_module
from plantain.errors import TryAgainLater
from plantain.job import Job
from plantain.jobs.reservations import reservations
from plantain.jobs.table import Jobs
from plantain.pace import create_pace
from plantain.pace.create_pace import CreatePace
from plantain.pace.item import PaceItem
from tests.builders import a_job, a_request
from tests.conftest import SETTINGS, Cloud, forget_cached, make_cloud
from tests.functions.conftest import LambdaContext
from tests.in_memory import in_memory
from tests.virtual_time import VirtualTime

LIMIT, WINDOW = 20, 10.0  # Kie.ai's, for an account
TICK = 10_000 // 18 + 1  # ms from one slot to the next


def a_pace(cloud: Cloud, per_ten_seconds: int = 18) -> CreatePace:
    return CreatePace(PaceItem("jobs", cloud.dynamodb), per_ten_seconds)


def bulk(name: str = "a plantain") -> Job:
    return a_job(door="upload", request=a_request(prompt=name))


def interactive(name: str = "a plantain") -> Job:
    return a_job(request=a_request(prompt=name))


def reserved(job: Job | None = None) -> Job:
    return reservations().reserve(job or bulk()).job


def run(job: Job) -> dict[str, Any]:
    answer: dict[str, Any] = create_task.handler({"taskId": job.task_id}, cast(Any, LambdaContext()))
    return answer


class Account:
    """Kie.ai as far as its limit goes: which creates it took and when, and how many it refused.

    `takes` is how many in WINDOW it takes; None is all.
    """

    def __init__(self, time: VirtualTime, on_the_way: Callable[[], float], takes: int | None = None) -> None:
        self.time, self._on_the_way, self._takes = time, on_the_way, takes
        self.arrived: list[float] = []
        self.names: list[str] = []
        self.refused: list[float] = []
        self.runs = 0

    def require_key(self) -> None: ...

    def create_task(self, request: Any, _: str | None = None) -> str:
        self.time.sleep(self._on_the_way())
        taken = sum(at > self.time.now - WINDOW for at in self.arrived)
        if self._takes is not None and taken >= self._takes:
            self.refused.append(self.time.now)
            raise TryAgainLater("busy", code="kie-busy")
        self.arrived.append(self.time.now)
        self.names.append(request.prompt)
        return f"kie-{len(self.arrived)}"

    def most_in_a_window(self) -> int:
        return max(sum(start <= at <= start + WINDOW for at in self.arrived) for start in self.arrived)

    def sent(self, kind: str) -> list[tuple[float, str]]:
        """When and which of the jobs whose names begin so were taken, in that order."""
        return [(at, name) for at, name in zip(self.arrived, self.names, strict=True) if name.startswith(kind)]


def simulate(
    arrivals: list[float],
    *,
    asked: list[float] | None = None,
    start_seconds: Callable[[float], float] = lambda _: 0.0,
    write_seconds: Callable[[], float] = lambda: 0.0,
    way_seconds: Callable[[], float] = lambda: 0.1,
    takes: int | None = None,
    aws: Callable[[Callable[[], float]], AbstractContextManager[object]] = in_memory,
) -> Account:
    """The state machine's loop around the real handler for each job, in one virtual time, over a small AWS.

    `arrivals` are those of bulk jobs, `asked` those of interactive ones, in seconds from now.
    """
    time = VirtualTime()
    with pytest.MonkeyPatch.context() as patched, aws(lambda: time.now):
        for name, value in SETTINGS.items():
            patched.setenv(name, value)
        forget_cached()
        make_cloud()
        account = Account(time, way_seconds, takes)
        begin, take = Jobs.begin_create, CreatePace._take

        def begin_slowly(self: Jobs, job: Job) -> str:
            attempt = begin(self, job)
            time.sleep(write_seconds())
            return attempt

        def take_slowly(pace: CreatePace, taken: int, at: int) -> bool:
            took = take(pace, taken, at)
            time.sleep(write_seconds())
            return took

        patched.setattr(CreatePace, "_take", take_slowly)
        for module in (job_module, create_pace):
            patched.setattr(module, "time", cast(Any, time))
        patched.setattr(create_task, "kie", lambda: account)
        patched.setattr(Jobs, "begin_create", begin_slowly)

        def one(arrival: float, wish: Job) -> None:
            time.sleep(arrival)
            job = reserved(wish)
            for _ in range(40):
                time.sleep(start_seconds(time.now))
                account.runs += 1
                try:
                    answer = run(job)
                except TryAgainLater:
                    time.sleep(2)  # the first of its retries
                    continue
                if answer["status"] == "CREATED":
                    return
                time.sleep(answer["waitSeconds"])
            raise AssertionError("never sent")

        wishes = [(at, bulk(f"bulk {number:03}")) for number, at in enumerate(arrivals)]
        wishes += [(at, interactive(f"asked {number:03}")) for number, at in enumerate(asked or [])]
        time.run(*(lambda at=at, wish=wish: one(at, wish) for at, wish in wishes))
        forget_cached()
        return account
