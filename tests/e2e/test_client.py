"""The client and the `plantain` command against the deployed stack."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION
from plantain_client import AsyncPlantain, Plantain, Progress, StillRunning, TaskFailed, TaskNotFound
from tests.e2e.conftest import ROOT, Cloud

SMALL = ("--resolution", "1K", "--interval", "0.2")
# Plantain asks for 3 s between looks; a test that waits for many jobs does not.
FAST = 0.2


@dataclass
class Person:
    """Somebody with the client in a terminal. `said` is everything the command has ever printed."""

    url: str
    key: str
    folder: Path
    said: str = ""

    def types(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "client" / "src"),
            "PLANTAIN_URL": self.url,
            "PLANTAIN_API_KEY": self.key,
            "PYTHONWARNINGS": "error",
        }
        done = subprocess.run(
            [sys.executable, "-m", "plantain_client.cli", *words],
            cwd=self.folder,
            env=environment | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.said += done.stdout + done.stderr
        return done

    def told(self, *words: str) -> Any:
        return json.loads(self.types(*words, "--json").stdout)


@pytest.fixture
def person(cloud: Cloud, tmp_path: Path) -> Iterator[Person]:
    caller = cloud.caller("person")
    key = caller.api.headers["authorization"].removeprefix("Bearer ")
    somebody = Person(cloud.api_url, key, tmp_path)
    yield somebody
    assert key not in somebody.said
    assert key not in json.dumps(cloud.logs())


@pytest.fixture
def plantain(person: Person) -> Iterator[Plantain]:
    with Plantain(person.url, person.key) as client:
        yield client


def test_the_library_makes_and_brings_an_image(cloud: Cloud, plantain: Plantain, tmp_path: Path) -> None:
    accepted = cloud.accepted()
    looks: list[Progress] = []

    task = plantain.generate("a plantain", resolution="1K", on_progress=looks.append)
    path = plantain.download(task, tmp_path)

    assert cloud.accepted() == accepted + 1
    with Image.open(path) as image:
        assert image.size == (task.images[0].width, task.images[0].height) == (1024, 576)
    assert (task.charged, task.cost_time) == ("yes", 1000)
    assert looks[-1].task == task
    assert next(iter(plantain.list_tasks())).task_id == task.task_id


def test_the_same_key_is_one_task_and_a_failed_one_says_why(cloud: Cloud, plantain: Plantain) -> None:
    accepted = cloud.accepted()
    first = plantain.create_task("[twin:fail-policy]", resolution="1K", idempotency_key="once")
    again = plantain.create_task("[twin:fail-policy]", resolution="1K", idempotency_key="once")

    assert again.task_id == first.task_id
    assert (first.replayed, again.replayed) == (False, True)
    with pytest.raises(TaskFailed) as failed:
        plantain.wait_for_task(first)
    assert (failed.value.code, failed.value.charged) == ("content-policy", "no")
    assert cloud.accepted() == accepted + 1


def test_the_async_client_does_several_at_once(person: Person) -> None:
    async def make() -> list[str]:
        async with AsyncPlantain(person.url, person.key) as plantain:
            tasks = await asyncio.gather(*(plantain.generate(f"leaf {n}", resolution="1K") for n in range(3)))
            paths = await asyncio.gather(*(plantain.download(task, person.folder) for task in tasks))
            listed = [task.task_id async for task in plantain.list_tasks(limit=3)]
            assert {task.task_id for task in tasks} == set(listed)
            return [path.suffix for path in paths]

    assert asyncio.run(make()) == [".png"] * 3


def test_what_is_somebody_elses_is_not_found(cloud: Cloud, plantain: Plantain) -> None:
    other = cloud.caller("somebody-else").submit(resolution="1K").json()["taskId"]

    with pytest.raises(TaskNotFound):
        plantain.wait_for_task(other)


def test_attempts_that_run_out_leave_a_job_that_goes_on(plantain: Plantain) -> None:
    ref = plantain.create_task("[twin:no-urls x2]", resolution="1K")

    with pytest.raises(StillRunning) as still:
        plantain.wait_for_task(ref, max_attempts=1)

    assert still.value.task_id == ref.task_id
    assert plantain.wait_for_task(ref.task_id, interval=FAST).state == "success"


def test_the_command_from_a_photo_to_a_picture(person: Person) -> None:
    Image.new("RGB", (64, 48), "green").save(person.folder / "photo.jpg")

    done = person.types("generate", "a plantain", "--input", "photo.jpg", "-o", "leaf.png", *SMALL)

    assert (done.returncode, done.stdout) == (0, "leaf.png\n"), done.stderr
    with Image.open(person.folder / "leaf.png") as image:
        assert image.format == "PNG"
    task_id = next(line for line in done.stderr.splitlines() if line.startswith("task ")).split()[1]
    shown = person.told("status", task_id)
    assert (shown["state"], shown["aspectRatio"]) == ("success", "16:9")
    assert person.types("wait", task_id).returncode == 0
    assert person.types("download", task_id).stdout == f"{task_id}.png\n"
    assert person.types("list", "--limit", "1").stdout.startswith(f"{task_id}\tsuccess\t")
    assert person.told("list", "--limit", "1")["jobs"][0]["taskId"] == task_id


def test_the_command_ends_as_its_job_does(person: Person) -> None:
    failed = person.types("generate", "[twin:fail-policy]", *SMALL)
    refused = person.types("generate", "[twin:sub-key-limit]", *SMALL)
    running = person.types("generate", "[twin:never]", *SMALL, "--max-attempts", "1", "--json")
    invalid = person.types("generate", "x", "--resolution", "9K")
    wrong = person.types("list", PLANTAIN_API_KEY="plantain_wrong")

    assert (failed.returncode, "Cost: nothing" in failed.stderr) == (3, True)
    assert (refused.returncode, "Raise the spending limit" in refused.stderr) == (3, True)
    assert running.returncode == 4
    assert json.loads(running.stdout)["error"]["code"] == "still-running"
    assert (invalid.returncode, "/resolution" in invalid.stderr) == (2, True)
    assert wrong.returncode == 1


def test_the_doctor_finds_a_healthy_stack_and_a_wrong_key(person: Person) -> None:
    healthy = person.types("doctor")
    wrong = person.types("doctor", PLANTAIN_API_KEY="plantain_wrong")

    assert healthy.returncode == 0, healthy.stdout
    assert [line[0] for line in healthy.stdout.splitlines()] == ["✓"] * 8
    assert "credits" in healthy.stdout
    assert wrong.returncode == 1
    assert "✗ API key: " in wrong.stdout


def test_the_operator_makes_lists_and_revokes_keys_by_the_stacks_name(cloud: Cloud, person: Person) -> None:
    operator = {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ADMIN_KEY,
        "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET,
    }
    added = person.types("keys", "add", "newcomer", **operator)
    key = added.stdout.strip()
    accepted = person.types("list", PLANTAIN_API_KEY=key)
    listed = person.types("keys", "list", **operator)
    revoked = person.types("keys", "revoke", "newcomer", **operator)
    left = person.types("keys", "list", **operator)
    nowhere = person.types("keys", "list", "--stack", "nowhere", **operator)

    assert (added.returncode, accepted.returncode, revoked.returncode) == (0, 0, 0), accepted.stderr
    assert "newcomer\t1\t" in listed.stdout
    assert key not in listed.stdout + listed.stderr + revoked.stderr
    assert "newcomer" not in left.stdout
    assert (nowhere.returncode, "does not exist" in nowhere.stderr) == (1, True)
