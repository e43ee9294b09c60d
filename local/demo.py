"""The demo: one image through the real HTTP API, the real state machine and the real code."""

import time
import uuid
from contextlib import ExitStack
from pathlib import Path

from local.choose_kie import agreed, price, real_or_none
from local.cloud import KieAi, LocalCloud
from local.terminal import Progress, bold, faint, show_logs
from plantain_client import Plantain, PlantainError, StillRunning, Task
from plantain_client.cli.saving import check_output
from plantain_client.progress import Progress as Look

OUT = Path("out")
PROMPT = "A plantain leaf unrolling in the first light of morning"
RESOLUTION = "2K"


def demo(prompt: str = "", *, real: bool = False, yes: bool = False, logs: bool = False) -> int:
    """Make one image and say what happened. 0 if there is a picture in the end. Raises OSError."""
    kie = real_or_none(real)
    check_output(f"{OUT}/")
    if kie and not agreed(RESOLUTION, yes=yes):
        return 1
    with ExitStack() as started:
        with Progress("Starting AWS on this machine"):
            cloud = started.enter_context(LocalCloud(kie, log_lines=show_logs if logs else None))
        return _make_image(cloud, kie, prompt.strip() or PROMPT)


def _make_image(cloud: LocalCloud, kie: KieAi | None, prompt: str) -> int:
    steps: list[Progress] = []
    key = cloud.create_key("demo")
    # The client's pauses are spent in the step that is shown, so that it moves.
    with Plantain(cloud.api_url, key, sleep=lambda seconds: steps[-1].wait(seconds)) as plantain:
        started = time.monotonic()
        try:
            with Progress("POST /api/images/generate") as step:
                steps.append(step)
                ref = plantain.create_task(prompt, resolution=RESOLUTION, idempotency_key=str(uuid.uuid4()))
                step.say("202 Accepted")
            try:
                with Progress("Kie.ai draws, the state machine looks") as step:
                    steps.append(step)
                    task = _wait(plantain, ref.task_id, step)
            except KeyboardInterrupt:
                _say_what_is_left(cloud, kie, ref.task_id)
                raise
            seconds = time.monotonic() - started
            with Progress(f"GET /api/images/{task.task_id[:8]}…/image") as step:
                steps.append(step)
                OUT.mkdir(exist_ok=True)
                path = plantain.download(task, OUT / Path(task.images[0].key).name)
        except PlantainError as error:
            print(f"\n{error} (charged: {error.charged})")
            return 1
    _report(cloud, kie, task, path, seconds)
    return 0


def _wait(plantain: Plantain, task_id: str, step: Progress) -> Task:
    """Until it has ended, however late."""

    def show(look: Look) -> None:
        step.say((look.state or "no answer") + (" (late)" if look.task and look.task.late else ""))

    while True:
        try:
            return plantain.wait_for_task(task_id, on_progress=show)
        except StillRunning:
            continue


def _report(cloud: LocalCloud, kie: KieAi | None, task: Task, path: Path, seconds: float) -> None:
    image = task.images[0]
    cost = f"{task.cost.credits:g} credits (${task.cost.usd:.2f})" if task.cost else price(RESOLUTION)
    rows = {
        "picture": bold(str(path)) + faint(f"  {image.width}×{image.height}, {image.size / 1000:,.0f} kB"),
        "in S3": f"s3://{cloud.bucket}/{image.key}",
        "task": task.task_id,
        "took": f"{seconds:.1f} s, of which Kie.ai drew {(task.cost_time or 0) / 1000:g} s",
        "cost": cost if kie else f"nothing; at Kie.ai it would have cost {cost}",
    }
    print()
    for name, value in rows.items():
        print(f"  {faint(f'{name:<8}')} {value}")
    print("\nNext:")
    print(f"  {bold('make up')}                  keep it running and call it yourself: curl, Python, plantain")
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
