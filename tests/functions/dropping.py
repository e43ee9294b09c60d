"""The inbox as people use it, over whole events."""

import io
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from functions.on_upload import app as on_upload
from functions.record_end import app as record_end
from plantain.batches.executions import BatchExecutions
from plantain.job import Failure, Job, Source
from plantain.jobs.table import jobs
from plantain.reports.telling import report_id_of
from tests.conftest import Cloud
from tests.functions.conftest import LambdaContext, Started, event

CARD = "prompt = 'a card'\n"


def picture(kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 64), "seagreen").save(content, kind)
    return content.getvalue()


def run(function: ModuleType, message: dict[str, Any]) -> None:
    function.handler(message, LambdaContext())


@dataclass
class Drops:
    """The inbox as people use it, and what they find afterwards."""

    cloud: Cloud
    started: Started

    def put(self, key: str, content: bytes | str = b"x", **options: Any) -> Source:
        content = content.encode() if isinstance(content, str) else content
        answer = self.cloud.s3.put_object(Bucket="inbox", Key=key, Body=content, **options)
        return Source(key, answer["VersionId"])

    def deliver(self, source: Source) -> None:
        message = event("object_created")
        message["detail"]["object"] |= {"key": source.key, "version-id": source.version}
        run(on_upload, message)

    def drop(self, key: str, content: bytes | str = b"x", **options: Any) -> Source:
        source = self.put(key, content, **options)
        self.deliver(source)
        return source

    def end(self, job: Job, failure: Failure | None = None) -> None:
        """The job's end, and the event about it."""
        if failure:
            jobs().fail(job.task_id, failure)
        elif not jobs().get(job.task_id).is_final:
            jobs().succeed(job, ())
        ended = event("execution_aborted")
        ended["detail"] |= {"name": job.task_id, "status": "FAILED" if failure else "SUCCEEDED"}
        run(record_end, ended)

    def jobs(self) -> list[Job]:
        return [jobs().get(task_id) for task_id in self.started.task_ids]

    def job(self) -> Job:
        (job,) = self.jobs()
        return job

    def status(self, source: Source) -> str | None:
        tags = self.cloud.s3.get_object_tagging(Bucket="inbox", Key=source.key, VersionId=source.version)["TagSet"]
        return next((tag["Value"] for tag in tags if tag["Key"] == "plantain-status"), None)

    def texts(self, folder: str = "failed") -> dict[str, str]:
        found = self.cloud.s3.list_objects_v2(Bucket="images", Prefix=f"{folder}/").get("Contents", [])
        return {entry["Key"]: self._text(entry["Key"]) for entry in found}

    def _text(self, key: str) -> str:
        text: str = self.cloud.s3.get_object(Bucket="images", Key=key)["Body"].read().decode()
        return text

    def refusal(self, source: Source) -> str:
        """The one text about a drop that was refused, its lines joined; it has started and charged nothing."""
        assert self.started.task_ids == []
        assert self.status(source) == "fail"
        (key,) = self.texts()
        assert key.endswith(f"__{report_id_of(source)}.txt")
        text = " ".join(self.texts()[key].split())
        assert source.key in self.texts()[key]
        assert "Nothing was charged." in text
        return text


@pytest.fixture
def inbox(cloud: Cloud, started: Started) -> Drops:
    return Drops(cloud, started)


@pytest.fixture
def batches_started(settings: pytest.MonkeyPatch) -> list[str]:
    started: list[str] = []
    settings.setattr(BatchExecutions, "start", lambda _, batch_id: started.append(batch_id))
    settings.setenv("BATCH_MACHINE_ARN", "arn:aws:states:eu-central-1:123456789012:stateMachine:batch")
    return started
