"""Somebody who runs Plantain: the `plantain` command with AWS credentials, and what time would bring."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plantain.jobs.records import job_key
from tests.e2e.conftest import ROOT, Caller, Cloud
from tests.e2e.dropping import eventually


class Operator:
    """With these settings of AWS, in a terminal without a person's own."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self._settings = settings

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PLANTAIN_"))}
        environment = own | {"PYTHONPATH": str(ROOT / "client" / "src"), "PYTHONWARNINGS": "error"}
        return subprocess.run(
            [sys.executable, "-m", "plantain_client.cli", *words],
            cwd=self._folder,
            env=environment | self._settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def does(self, *words: str) -> str:
        """What it says of what it has done."""
        done = self.types(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def refused(self, *words: str) -> str:
        """Why it has done nothing."""
        done = self.types(*words)
        assert done.returncode == 1, done.stdout + done.stderr
        return " ".join(done.stderr.split())

    def told(self, *words: str) -> Any:
        return json.loads(self.types(*words, "--json").stdout)

    def listed(self, task_id: str) -> dict[str, Any] | None:
        """The job as `plantain jobs unknown` has it."""
        found = [job for job in self.told("jobs", "unknown")["jobs"] if job["taskId"] == task_id]
        return found[0] if found else None


def tasks_of(cloud: Cloud, prompt: str) -> list[str]:
    """Kie.ai's ids of the tasks it has accepted for this prompt: what its log page shows."""
    tasks = cloud.twin.get("/_twin/ledger").json()["tasks"]
    return [task["taskId"] for task in tasks if task["input"]["prompt"] == prompt]


def record_of(cloud: Cloud, task_id: str) -> dict[str, Any]:
    place = {"TableName": cloud.outputs["JobsTableName"], "Key": {"id": {"S": job_key(task_id)}}}
    item: dict[str, Any] = cloud.client("dynamodb").get_item(**place, ConsistentRead=True)["Item"]
    return item


def long_ago(cloud: Cloud, task_id: str, *moments: str, hours: int) -> None:
    """These moments of a job, once they are in its record, were so many hours earlier."""
    found = eventually(
        lambda: item if (item := record_of(cloud, task_id)).keys() >= set(moments) else None, seconds=20
    )
    cloud.client("dynamodb").update_item(
        TableName=cloud.outputs["JobsTableName"],
        Key={"id": {"S": job_key(task_id)}},
        UpdateExpression="SET " + ", ".join(f"{moment} = :{moment}" for moment in moments),
        ExpressionAttributeValues={
            f":{moment}": {"N": str(int(found[moment]["N"]) - hours * 3_600_000)} for moment in moments
        },
    )


def failed(cloud: Cloud, caller: Caller, task_id: str) -> dict[str, Any]:
    """The job once it has failed and its execution has ended; each of its waits is cut short."""
    steps = cloud.client("stepfunctions")

    def look() -> dict[str, Any] | None:
        job = caller.status(task_id)
        token = record_of(cloud, task_id).get("waitToken")
        if job["state"] != "fail" and token:
            try:
                steps.send_task_success(taskToken=token["S"], output="{}")
            except (steps.exceptions.TaskTimedOut, steps.exceptions.TaskDoesNotExist):
                time.sleep(0.1)
        return job if job["state"] == "fail" else None

    job = eventually(look)
    cloud.ended_execution(task_id)
    return job


def given_up(cloud: Cloud, caller: Caller, task_id: str) -> str:
    """A job whose create was lost, once its callback has been waited for in vain. Its id."""
    long_ago(cloud, task_id, "createStartedAt", "unknownSince", hours=1)
    job = failed(cloud, caller, task_id)
    assert (job["failCode"], job["charged"]) == ("outcome-unknown", "unknown")
    return task_id


@contextmanager
def drawing_for(cloud: Cloud, seconds: float) -> Iterator[None]:
    """Kie.ai takes so long over a picture."""
    settings = cloud.twin.post("/_twin/settings", json={}).json()
    cloud.twin.post("/_twin/settings", json={"drawSeconds": seconds}).raise_for_status()
    try:
        yield
    finally:
        cloud.twin.post("/_twin/settings", json={"drawSeconds": settings["drawSeconds"]}).raise_for_status()
