"""One job at a time: how long each part of its way takes over the HTTP API of the local cloud, warm."""

import datetime as dt
import itertools
import statistics
import time
from typing import Any

import httpx

from local.cloud import TWIN_KEY, LocalCloud
from tests.bench.rows import Row, tell, under

POSTS = 40
READS = 400
IMAGES = 12
DRAW_SECONDS = 2.0
POLL_SECONDS = 3.0

_numbers = itertools.count()


def main() -> None:
    """POST to 202, status reads, from Kie's "ready" to the bucket, and steps per image."""
    with LocalCloud(draw_seconds=DRAW_SECONDS, twin_options=("--no-rate-limit",)) as cloud:
        headers = {"Authorization": f"Bearer {cloud.create_key('bench')}"}
        assert cloud.kie.twin_url
        with (
            httpx.Client(base_url=cloud.api_url, headers=headers, timeout=30, trust_env=False) as api,
            httpx.Client(base_url=cloud.kie.twin_url, timeout=30, trust_env=False) as twin,
        ):
            jobs = [_image(api) for _ in range(IMAGES + 1)][1:]  # the first one warms everything up
            rows = [*_accepted(api, twin), *_reads(api, jobs[0]["taskId"]), *_stored(jobs)]
            tell([*rows, _steps(cloud, jobs)])


def _submit(api: httpx.Client) -> str:
    answer = api.post("/api/images/generate", json={"prompt": f"number {next(_numbers)}", "resolution": "1K"})
    answer.raise_for_status()
    return str(answer.json()["taskId"])


def _image(api: httpx.Client) -> dict[str, Any]:
    task_id = _submit(api)
    while True:
        job: dict[str, Any] = api.get("/api/images/status", params={"taskId": task_id}).json()
        if job["state"] in ("success", "fail"):
            assert job["state"] == "success", job
            return job
        time.sleep(0.2)


def _milliseconds(call: Any) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _accepted(api: httpx.Client, twin: httpx.Client) -> list[Row]:
    headers = {"Authorization": f"Bearer {TWIN_KEY}"}

    def create() -> None:
        body = {"model": "nano-banana-pro", "input": {"prompt": f"number {next(_numbers)}", "resolution": "1K"}}
        assert twin.post("/api/v1/jobs/createTask", json=body, headers=headers).json()["code"] == 200

    posts, creates = [], []
    for _ in range(POSTS):
        posts.append(_milliseconds(lambda: _submit(api)))
        creates.append(_milliseconds(create))
    post, twins_own = statistics.median(posts), statistics.median(creates)
    return [
        under(
            f"POST to 202 without the twin's own createTask, median of {POSTS}",
            post - twins_own,
            250,
            f"createTask {twins_own:.1f} ms",
            post / twins_own,
        )
    ]


def _reads(api: httpx.Client, task_id: str) -> list[Row]:
    read, opened = [], []
    for _ in range(READS):
        read.append(_milliseconds(lambda: api.get("/api/images/status", params={"taskId": task_id})))
        opened.append(_milliseconds(lambda: api.get("/api/images/status")))
    middle, late = statistics.median(read), statistics.quantiles(read, n=20)[-1]
    beside = statistics.median(opened)
    what = f"status read, {READS} times"
    return [
        under(f"{what}: p50", middle, 15, f"400 without a taskId {beside:.1f} ms", middle / beside),
        under(f"{what}: p95", late, 15, f"p50 {middle:.1f} ms", late / middle),
    ]


def _stored(jobs: list[dict[str, Any]]) -> list[Row]:
    """By our own clock and the twin's, which are the same here: ready is accepted plus drawing."""
    seconds = [_moment(job["endedAt"]) - _moment(job["createdAt"]) - DRAW_SECONDS for job in jobs]
    middle = statistics.median(seconds)
    return [
        Row(
            f'"Kie is ready" to "image in S3", median of {len(jobs)}',
            f"{middle:.2f} s",
            f"one wait of the loop {POLL_SECONDS:g} s",
            middle / POLL_SECONDS,
        )
    ]


def _moment(iso: str) -> float:
    return dt.datetime.fromisoformat(iso).timestamp()


def _steps(cloud: LocalCloud, jobs: list[dict[str, Any]]) -> Row:
    """What Step Functions bills: one transition for each state entered."""
    steps = cloud.aws.client("stepfunctions")
    machine = cloud.stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
    entered = []
    for job in jobs:
        history = steps.get_execution_history(executionArn=f"{machine}:{job['taskId']}", maxResults=1000)
        entered.append(sum(event["type"].endswith("StateEntered") for event in history["events"]))
    return Row(
        f"state transitions per image that takes {DRAW_SECONDS:g} s",
        f"{statistics.median(entered):g}",
        "4 without the loop",
        statistics.median(entered) / 4,
    )


if __name__ == "__main__":
    main()
