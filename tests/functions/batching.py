"""Batches as tests order, check and end them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from functions.confirm_batch import app as confirm_batch
from functions.get_batch import app as get_batch
from functions.submit_batch import app as submit_batch
from functions.take_row import app as take_row
from plantain.batches import executions as batch_executions
from plantain.batches import file_check
from plantain.batches.batch import Batch
from plantain.batches.intake import take_in_batch
from plantain.job import Failure, Source, StoredImage
from plantain.jobs.table import jobs
from plantain.network.dns import Dns
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, call, http_event
from tests.wire import Names

PATH = "/api/batches"


@dataclass
class Machine:
    """Stands in for the machine of batches: what was started, what was woken."""

    started: list[str] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    broken: bool = False

    def start(self, batch_id: str) -> None:
        if self.broken:
            raise RuntimeError("Step Functions does not answer")
        self.started.append(batch_id)

    def wake(self, token: str) -> None:
        self.woken.append(token)


@pytest.fixture
def machine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Machine:
    fake = Machine()
    monkeypatch.setattr(batch_executions.BatchExecutions, "start", lambda _, batch_id: fake.start(batch_id))
    monkeypatch.setattr(batch_executions.BatchExecutions, "wake", lambda _, token: fake.wake(token))
    monkeypatch.setenv("BATCH_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:batches")
    return fake


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    found = Names()
    monkeypatch.setattr(file_check, "dns", lambda: Dns(found))
    return found


def post(body: Any, caller: str = "alice", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(submit_batch, http_event("POST", PATH, body=json.dumps(body), headers=named, caller=caller))


def confirm(batch_id: str, caller: str = "alice") -> Answer:
    return call(confirm_batch, http_event("POST", f"{PATH}/{batch_id}/confirm", caller=caller))


def seen(batch_id: str, caller: str = "alice") -> Answer:
    return call(get_batch, http_event("GET", f"{PATH}/{batch_id}", caller=caller))


def step(app: Any, **event: Any) -> dict[str, Any]:
    answer: dict[str, Any] = app.handler(event, LambdaContext())
    return answer


def dropped(cloud: Cloud, content: str | bytes, key: str = "inbox/spring.csv") -> Batch:
    content = content.encode() if isinstance(content, str) else content
    version = cloud.s3.put_object(Bucket="inbox", Key=key, Body=content)["VersionId"]
    return take_in_batch(
        caller="inbox/",
        door="upload",
        reference=f"{key}?versionId={version}",
        name=key,
        idempotency_key=f"{key}{version}",
        source=Source(key, version),
        stem=Path(key).stem,
    )


def text(cloud: Cloud, prefix: str, batch: Batch) -> str:
    content: bytes = cloud.s3.get_object(Bucket="images", Key=f"{prefix}/spring__{batch.batch_id}.txt")[
        "Body"
    ].read()
    return content.decode()


def tag(cloud: Cloud, batch: Batch) -> dict[str, str]:
    assert batch.source is not None
    place = {"Bucket": "inbox", "Key": batch.source.key, "VersionId": batch.source.version}
    return {entry["Key"]: entry["Value"] for entry in cloud.s3.get_object_tagging(**place)["TagSet"]}


def lines(cloud: Cloud, batch_id: str, name: str) -> list[dict[str, Any]]:
    content = cloud.s3.get_object(Bucket="images", Key=f"batches/{batch_id}/{name}")["Body"].read()
    return [json.loads(line) for line in content.splitlines()]


def taken(cloud: Cloud, batch_id: str) -> list[str]:
    """Every row of the index taken, as the machine does it; the jobs' ids."""
    index = cloud.s3.get_object(Bucket="images", Key=f"batches/{batch_id}/index.csv")["Body"].read().decode()
    assert index.startswith("row,first,last\n")
    places = [line.split(",") for line in index.splitlines()[1:]]
    return [step(take_row, batchId=batch_id, first=a, last=b, looks=0)["taskId"] for _, a, b in places]


def succeed(task_id: str) -> None:
    jobs().succeed(jobs().get(task_id), [StoredImage(f"images/{task_id}.png", "image/png", 1, "ab", 1, 1)])


def refuse(task_id: str) -> None:
    jobs().fail(task_id, Failure("content-policy", "Kie.ai finds it improper.", "no"))
