"""The demo: one image through the real HTTP API, the real state machine and the real code."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from local.choose_kie import agreed, price, real_or_none
from local.cloud import KieAi, LocalCloud
from local.terminal import Progress, bold, faint, show_logs

OUT = Path("out")
PROMPT = "A plantain leaf unrolling in the first light of morning"
RESOLUTION = "2K"
_LOOK_SECONDS = 0.5


def demo(prompt: str = "", *, real: bool = False, yes: bool = False, logs: bool = False) -> int:
    """Make one image and say what happened. 0 if there is a picture in the end."""
    kie = real_or_none(real)
    if kie and not agreed(RESOLUTION, yes=yes):
        return 1
    with ExitStack() as started:
        with Progress("Starting AWS on this machine"):
            cloud = started.enter_context(LocalCloud(kie, log_lines=show_logs if logs else None))
        return _make_image(cloud, kie, prompt.strip() or PROMPT)


def _make_image(cloud: LocalCloud, kie: KieAi | None, prompt: str) -> int:
    headers = {"Authorization": f"Bearer {cloud.create_key('demo')}"}
    with httpx.Client(base_url=cloud.api_url, headers=headers, timeout=30, trust_env=False) as api:
        started = time.monotonic()
        with Progress("POST /api/images/generate") as step:
            answer = api.post("/api/images/generate", json={"prompt": prompt, "resolution": RESOLUTION})
            step.say(f"{answer.status_code} {answer.reason_phrase}")
            if answer.status_code != 202:
                step.fail()
        if answer.status_code != 202:
            problem = answer.json()
            print(f"\n{problem['error']}: {problem['detail']} (charged: {problem['charged']})")
            return 1
        task_id = answer.json()["taskId"]
        try:
            job = _watch(api, task_id)
        except KeyboardInterrupt:
            _say_what_is_left(cloud, kie, task_id)
            raise
        if job["state"] == "fail":
            print(f"\nNo image: {job['failMsg']} (charged: {job['charged']})")
            return 1
        seconds = time.monotonic() - started
        with Progress(f"GET /api/images/{task_id[:8]}…/image"):
            path = _download(api, job)
    _report(cloud, kie, job, path, seconds)
    return 0


def _watch(api: httpx.Client, task_id: str) -> dict[str, Any]:
    with Progress("Kie.ai draws, the state machine looks") as step:
        while True:
            job: dict[str, Any] = api.get("/api/images/status", params={"taskId": task_id}).json()
            step.say(job["state"] + (" (late)" if job["late"] else ""))
            if job["state"] == "fail":
                step.fail()
            if job["state"] in ("success", "fail"):
                return job
            step.wait(_LOOK_SECONDS)


def _download(api: httpx.Client, job: dict[str, Any]) -> Path:
    OUT.mkdir(exist_ok=True)
    path = OUT / Path(job["images"][0]["key"]).name
    link = api.get(f"/api/images/{job['taskId']}/image").headers["location"]
    with httpx.stream("GET", link, timeout=30, trust_env=False) as answer, path.open("wb") as file:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            file.write(piece)
    return path


def _report(cloud: LocalCloud, kie: KieAi | None, job: dict[str, Any], path: Path, seconds: float) -> None:
    image = job["images"][0]
    cost = f"{job['cost']['credits']:g} credits (${job['cost']['usd']:.2f})" if job["cost"] else price(RESOLUTION)
    rows = {
        "picture": bold(str(path))
        + faint(f"  {image['width']}×{image['height']}, {image['size'] / 1000:,.0f} kB"),
        "in S3": f"s3://{cloud.bucket}/{image['key']}",
        "task": job["taskId"],
        "took": f"{seconds:.1f} s, of which Kie.ai drew {(job['costTime'] or 0) / 1000:g} s",
        "cost": cost if kie else f"nothing; at Kie.ai it would have cost {cost}",
    }
    print()
    for name, value in rows.items():
        print(f"  {faint(f'{name:<8}')} {value}")
    print("\nNext:")
    print(f"  {bold('make up')}                  keep it running and call it yourself with curl")
    print(f"  {bold('make demo PROMPT="…"')}     draw something else")


def _say_what_is_left(cloud: LocalCloud, kie: KieAi | None, task_id: str) -> None:
    if not kie:
        return
    record = cloud.job_record(task_id)
    if "kieTaskId" in record:
        kie_task_id = record["kieTaskId"]["S"]
        print(f"\nKie.ai may finish and bill this image all the same: task {kie_task_id} on its log page.")
    elif "createStartedAt" in record:
        print("\nThe request was on its way: Kie.ai may have accepted and billed it. Look on its log page.")
    else:
        print("\nKie.ai has not accepted anything: nothing was spent.")
