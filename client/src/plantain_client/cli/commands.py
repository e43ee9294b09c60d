"""What a caller does: generate, status, wait, list, download. Each answers its exit code."""

import argparse
import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plantain_client import Plantain, PlantainError, Progress, Task
from plantain_client.cli.advice import OK
from plantain_client.cli.screen import Screen, Work
from plantain_client.cli.telling import cost_of, show_list, show_task, size_of
from plantain_client.downloading import extension_of


def generate(asked: argparse.Namespace, screen: Screen) -> int:
    """Ask for an image, wait for it and save it."""
    settings: dict[str, Any] = {
        "aspect_ratio": asked.aspect_ratio,
        "resolution": asked.resolution,
        "output_format": asked.format,
        "idempotency_key": asked.idempotency_key or str(uuid.uuid4()),
    }
    with Plantain() as client:
        with screen.working("asking") as work:
            settings["image_input"] = [_handed_in(client, source, screen, work) for source in asked.input]
            work.say("asking")
            screen.idempotency_key = settings["idempotency_key"]
            if asked.no_wait:
                ref = client.create_task(asked.prompt, **settings)
            else:
                task = client.generate(
                    asked.prompt,
                    **settings,
                    max_attempts=asked.max_attempts,
                    interval=asked.interval,
                    on_progress=lambda look: _show_look(look, screen, work),
                )
                with _paid_for(task):
                    files = _saved(client, task, asked.output, work)
        if not asked.no_wait:
            return _show_saved(screen, task, files)
    if screen.as_json:
        key = settings["idempotency_key"]
        screen.document(
            {"taskId": ref.task_id, "state": ref.state, "replayed": ref.replayed, "idempotencyKey": key}
        )
    else:
        screen.result(ref.task_id)
        screen.note(f"It goes on by itself: plantain wait {ref.task_id}")
    return OK


def status(asked: argparse.Namespace, screen: Screen) -> int:
    """Show a task as it is now."""
    with Plantain() as client:
        _show(screen, client.query_task(asked.task_id))
    return OK


def wait(asked: argparse.Namespace, screen: Screen) -> int:
    """Wait for a task; save its image if it was said where."""
    screen.task_id = asked.task_id
    with Plantain() as client, screen.working("waiting") as work:
        task = client.wait_for_task(
            asked.task_id,
            asked.max_attempts,
            asked.interval,
            lambda look: _show_look(look, screen, work),
        )
        files = _saved(client, task, asked.output, work) if asked.output else []
    if files:
        return _show_saved(screen, task, files)
    _show(screen, task)
    return OK


def list_tasks(asked: argparse.Namespace, screen: Screen) -> int:
    """Show the caller's own tasks, newest first."""
    with Plantain() as client:
        tasks = client.list_tasks(state=asked.state, limit=None if asked.all else asked.limit)
        if screen.as_json:
            screen.document({"jobs": [dict(task.document) for task in tasks]})
        else:
            show_list(screen, tasks)
    return OK


def download(asked: argparse.Namespace, screen: Screen) -> int:
    """Save the image of a task."""
    with Plantain() as client, screen.working("downloading") as work:
        task = client.query_task(asked.task_id)
        files = _saved(client, task, asked.output, work)
    return _show_saved(screen, task, files)


def _handed_in(client: Plantain, source: str, screen: Screen, work: Work) -> str:
    """An address or an upload's key as it is, a file by the key of its upload."""
    if source.startswith(("https://", "http://", "uploads/")):
        return source
    work.say(f"uploading {Path(source).name}")
    key = client.upload(source)
    screen.done(f"{source} uploaded as {key}")
    return key


def _show_look(look: Progress, screen: Screen, work: Work) -> None:
    if look.attempt == 0 or screen.task_id is None:
        screen.task_id = look.task_id
        screen.note(f"task {look.task_id}")
    if look.error:
        work.say(f"no answer, look {look.attempt} of {look.max_attempts}")
    else:
        work.say(f"{look.state}" + (" (late)" if look.task and look.task.late else ""))


def _saved(client: Plantain, task: Task, output: str, work: Work) -> list[Path]:
    """Every image of the task, under the name that was asked for: the second as name-2.png."""
    work.say("downloading")
    path = Path(output or ".")
    if output.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
    files = []
    for index in itertools.count():
        numbered = path if path.is_dir() or not index else path.with_stem(f"{path.stem}-{index + 1}")
        files.append(client.download(task, numbered, index=index))
        if index + 1 >= len(task.images):
            return files
    raise AssertionError("unreachable")


@contextmanager
def _paid_for(task: Task) -> Iterator[None]:
    """An image that cannot be brought was made all the same: its errors say what that has cost."""
    try:
        yield
    except PlantainError as error:
        error.charged = task.charged
        raise


def _show_saved(screen: Screen, task: Task, files: list[Path]) -> int:
    if screen.as_json:
        screen.document({**task.document, "files": [str(file) for file in files]})
        return OK
    for file, image in zip(files, task.images, strict=True):
        screen.result(str(file))
        if file.suffix.lower() not in (extension_of(image), ".jpeg"):
            screen.note(f"It is {image.content_type}, whatever its name says.")
        screen.done(f"{size_of(image)} · {cost_of(task)} · drawn in {(task.cost_time or 0) / 1000:g} s")
    return OK


def _show(screen: Screen, task: Task) -> None:
    if screen.as_json:
        screen.document(task.document)
        return
    show_task(screen, task)
    if task.state == "success":
        screen.note(f"plantain download {task.task_id} saves it.")
