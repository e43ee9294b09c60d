"""Schedules as tests put, see and run them."""

import datetime as dt
import json
from typing import Any

import pytest

from functions.delete_schedule import app as delete_schedule
from functions.get_schedule import app as get_schedule
from functions.list_runs import app as list_runs
from functions.list_schedules import app as list_schedules
from functions.put_schedule import app as put_schedule
from functions.record_end import app as record_end
from functions.sync_schedule import app as sync_schedule
from plantain.aws import client
from plantain.images.bucket import image_key
from plantain.job import Failure, Job, StoredImage
from plantain.jobs.table import jobs
from plantain.schedules import running
from plantain.task import Succeeded
from tests.conftest import Cloud
from tests.functions.conftest import Answer, LambdaContext, Started, call, http_event

FILE = """\
cron = "0 9 ? * MON *"
timezone = "Europe/Berlin"
[[requests]]
prompt = "A leaf on $date, $topic"
rotate.topic = ["green", "red"]
"""
KEY = "schedules/leaf.toml"
BODY = {"cron": "0 9 ? * MON *", "timezone": "Europe/Berlin", "requests": [{"prompt": "A leaf on $date"}]}
MONDAY = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)  # 9 o'clock in Berlin
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def group(cloud: Cloud) -> None:
    client("scheduler").create_schedule_group(Name="schedules")


def drop(cloud: Cloud, text: str = FILE, key: str = KEY, **more: Any) -> str:
    version: str = cloud.s3.put_object(Bucket="inbox", Key=key, Body=text.encode(), **more)["VersionId"]
    hear(key)
    return version


def hear(key: str = KEY, change: str = "Object Created") -> None:
    event = {"id": "1", "detail-type": change, "detail": {"object": {"key": key}}}
    sync_schedule.handler(event, LambdaContext())  # type: ignore[arg-type]


def planned(name: str = "leaf") -> dict[str, Any] | None:
    """The schedule as EventBridge has it."""
    scheduler = client("scheduler")
    try:
        found: dict[str, Any] = scheduler.get_schedule(GroupName="schedules", Name=name)
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    del found["ResponseMetadata"]
    return found


def texts(cloud: Cloud, folder: str) -> dict[str, str]:
    found = cloud.s3.list_objects_v2(Bucket="images", Prefix=f"{folder}/").get("Contents", [])
    read = {o["Key"]: cloud.s3.get_object(Bucket="images", Key=o["Key"])["Body"].read().decode() for o in found}
    return {key.removeprefix(f"{folder}/"): text for key, text in read.items()}


def status_tag(cloud: Cloud, version: str, key: str = KEY) -> str:
    tags = cloud.s3.get_object_tagging(Bucket="inbox", Key=key, VersionId=version)["TagSet"]
    return str({tag["Key"]: tag["Value"] for tag in tags}["plantain-status"])


def put(name: str = "leaf", caller: str = "alice", **changes: Any) -> Answer:
    return call(
        put_schedule, http_event("PUT", f"/api/schedules/{name}", body=json.dumps(BODY | changes), caller=caller)
    )


def shown(name: str = "leaf", caller: str = "alice") -> Answer:
    return call(get_schedule, http_event("GET", f"/api/schedules/{name}", caller=caller))


def deleted(name: str = "leaf", caller: str = "alice") -> Answer:
    return call(delete_schedule, http_event("DELETE", f"/api/schedules/{name}", caller=caller))


def listed(caller: str = "alice") -> list[str]:
    answer = call(list_schedules, http_event("GET", "/api/schedules", caller=caller))
    return [schedule["name"] for schedule in answer.json["schedules"]]


def runs_of(name: str = "leaf", query: str = "", caller: str = "alice") -> Answer:
    return call(list_runs, http_event("GET", f"/api/schedules/{name}/runs{query}", caller=caller))


def run(
    moment: dt.datetime = MONDAY, *, late: dt.timedelta = dt.timedelta(), name: str = "leaf", **more: Any
) -> str:
    return running.run_schedule(name, moment, moment + late, **more)


def made(started: Started) -> list[Job]:
    return [jobs().get(task_id) for task_id in started.task_ids]


def end(cloud: Cloud, job: Job, *, fail: bool = False, extension: str = "png", content: bytes = b"png") -> None:
    """Carry the job to its end, and tell record_end."""
    if fail:
        jobs().fail(job.task_id, Failure("content-policy", "flagged", "no"))
    else:
        key = image_key(job, 1, extension)
        cloud.s3.put_object(Bucket="images", Key=key, Body=content)
        if job.create_started_at is None:
            jobs().begin_create(job)
        jobs().note_result(job, Succeeded(("https://tempfile.example.com/1.png",), 12_000, 18.0))
        jobs().succeed(job, [StoredImage(key, f"image/{extension}", len(content), "abc", 1, 1)])
    told(job, "FAILED" if fail else "SUCCEEDED")


def told(job: Job, status: str = "SUCCEEDED") -> None:
    record_end.handler({"detail": {"name": job.task_id, "status": status}}, LambdaContext())  # type: ignore[arg-type]


def three_runs(cloud: Cloud, started: Started) -> list[Job]:
    drop(cloud, 'overlap = "run"\n' + FILE)
    for week in range(3):
        run(MONDAY + week * WEEK)
    return made(started)
