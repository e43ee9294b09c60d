"""200 wishes through three doors at once, at Kie.ai's own limit, while it does all that it has been seen to do."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from plantain.items import from_attributes, job_from
from plantain.job import Job, Source
from tests.e2e.conftest import Cloud, a_cloud
from tests.e2e.dropping import Person, eventually
from tests.e2e.fates import ENDS, TOO_MUCH, Ends, fates
from tests.e2e.test_schedules import delivered, runs, soon

SEED = 5
WISHES, LATE, IN_LINE = 200, 20, 15
BY_SCHEDULE, BY_FILE = 60, 65  # the others over HTTP
IN_A_SCHEDULE = 20
SECONDS = 900.0  # at the pace it is two minutes, and some machines are slow
LIMIT, WINDOW = 20, 10.0  # Kie.ai's, for an account


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """One of its own, whose callbacks are signed. Its waits are short but real, as the pace of the creates is."""
    short = {"CreatesPerTenSeconds": "18", "SafetyPollSeconds": "5", "UnknownMinutes": "1", "LogLevel": "INFO"}
    parameters = [f"--parameter={name}={value}" for name, value in short.items()]
    # With fewer workers than functions at once, each would be started again and again.
    settings = ("--wait-scale", "1", "--workers", "24", "--webhook-key", "the key in Kie.ai's settings")
    yield from a_cloud(*settings, *parameters)


@pytest.fixture
def unlimited() -> None:
    """Not here."""


def test_two_hundred_wishes_through_three_doors_end_as_they_should_and_none_is_paid_twice(cloud: Cloud) -> None:
    scripts = fates(WISHES - LATE, SEED)
    # Last, because all who are in line behind them wait for minutes.
    scripts += [*TOO_MUCH, *["waiting"] * (LATE - len(TOO_MUCH))]
    wishes = {f"wish {number:03} [twin:{script}]": ENDS[script] for number, script in enumerate(scripts)}
    prompts, doors = list(wishes), Doors(cloud)

    doors.take_in(prompts[:BY_SCHEDULE], prompts[BY_SCHEDULE:][:BY_FILE], prompts[BY_SCHEDULE + BY_FILE : -LATE])
    eventually(lambda: len(ledger(cloud)["createCalls"]) > WISHES - LATE - IN_LINE, SECONDS, 2.0)
    doors.take_in([], prompts[-LATE : -LATE // 2], prompts[-LATE // 2 :])
    jobs = ended(cloud, WISHES)

    assert ends_of(jobs, cloud) == wishes
    assert doors.told(jobs) == Counter(ends.state for ends in wishes.values())
    sent = ledger(cloud)
    asked = {task["taskId"]: task["prompt"] for task in sent["tasks"]}
    theirs = {job.request.prompt: asked[job.kie_task_id] for job in jobs if job.kie_task_id}
    assert theirs == {prompt: prompt for prompt in theirs}
    stored = {image.key for job in jobs for image in job.images}
    assert len(stored) >= Counter(ends.state for ends in wishes.values())["success"]
    assert stored <= set(Person(cloud).keys(""))
    assert "rate" not in sent["refusals"]
    assert most_in_a_window([call["at"] for call in sent["createCalls"]]) <= LIMIT


class Doors:
    """Who asks: a team with its folder and schedules, and a caller over HTTP, who asks for everything twice."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._person, self._caller = cloud, Person(cloud), cloud.caller("alice")
        self._files: list[Source] = []
        self._schedules: dict[str, str] = {}

    def take_in(self, by_schedule: list[str], by_file: list[str], over_http: list[str]) -> None:
        """Each of these prompts through its door, once they have all been taken in."""
        for at in range(0, len(by_schedule), IN_A_SCHEDULE):
            self._plan(f"plan-{at}", by_schedule[at : at + IN_A_SCHEDULE])
        with ThreadPoolExecutor(4) as crowd:
            files = crowd.map(self._drop, by_file)
            posts = list(crowd.map(self._post, over_http))
            self._files += files
        assert posts == [True] * len(over_http)

    def told(self, jobs: list[Job]) -> Counter[str]:
        """How many have ended how, by what each door tells of those that came through it; each run came twice."""
        for name, moment in self._schedules.items():
            delivered(self._cloud, name, moment)
        planned = (
            job["state"] for name in self._schedules for run in runs(self._caller, name) for job in run["jobs"]
        )
        dropped = (self._person.ended(source) for source in self._files)
        posted = (self._caller.status(job.task_id)["state"] for job in jobs if job.door == "http")
        return Counter([*planned, *dropped, *posted])

    def _plan(self, name: str, prompts: list[str]) -> None:
        self._schedules[name] = moment = soon()
        requests = "".join(f"[[requests]]\n{_wish(prompt)}" for prompt in prompts)
        source = self._person.drops(f"schedules/{name}.toml", f'at = "{moment}"\n{requests}')
        assert self._person.ended(source) == "success", self._person.texts(source)

    def _drop(self, prompt: str) -> Source:
        return self._person.drops(f"inbox/team/{prompt[:8]}.toml", _wish(prompt))

    def _post(self, prompt: str) -> bool:
        """Whether both calls got the same answer: the task, or why Kie.ai has refused it at once."""
        headers = {"Idempotency-Key": prompt[:8].replace(" ", "-")}
        first, again = (
            self._caller.submit(prompt, resolution="1K", outputFormat="jpg", headers=headers) for _ in range(2)
        )
        return bool(first.status_code == again.status_code and first.json()["taskId"] == again.json()["taskId"])


def _wish(prompt: str) -> str:
    return f'prompt = "{prompt}"\nresolution = "1K"\noutput_format = "jpg"\n'


def ledger(cloud: Cloud) -> dict[str, Any]:
    found: dict[str, Any] = cloud.twin.get("/_twin/ledger").json()
    return found


def ended(cloud: Cloud, count: int) -> list[Job]:
    """All the jobs there are, once so many have ended or the time is over."""
    deadline = time.monotonic() + SECONDS
    while True:
        pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.outputs["JobsTableName"])
        items = [from_attributes(item) for page in pages for item in page["Items"]]
        jobs = [job_from(item) for item in items if str(item["id"]).startswith("job#")]
        if sum(job.is_final for job in jobs) >= count or time.monotonic() > deadline:
            return jobs
        time.sleep(2.0)


def ends_of(jobs: list[Job], cloud: Cloud) -> dict[str, Ends]:
    """How each ended, by its prompt, and how often it was sent and accepted, by Kie.ai's own count."""
    sent = Counter(call["prompt"] for call in ledger(cloud)["createCalls"])
    accepted = Counter(task["prompt"] for task in ledger(cloud)["tasks"])
    return {
        job.request.prompt: Ends(
            job.state,
            job.charged,
            job.failure.code if job.failure else None,
            accepted[job.request.prompt],
            sent[job.request.prompt],
        )
        for job in jobs
    }


def most_in_a_window(moments: list[float]) -> int:
    return max(sum(start <= at < start + WINDOW for at in moments) for start in moments)
