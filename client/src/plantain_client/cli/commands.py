"""What a caller does: generate, status, wait, list, download. Each answers its exit code."""

import argparse
import uuid
from typing import Any

from plantain_client import Task, TaskRef
from plantain_client.cli.calling import calling
from plantain_client.cli.inputs import handed_in
from plantain_client.cli.saving import check_output, paid_for, saved, show_saved
from plantain_client.cli.screen import Screen
from plantain_client.cli.spending import estimate, wished
from plantain_client.cli.telling import show_list, show_task
from plantain_client.cli.trouble import OK
from plantain_client.cli.watching import Watch, tell_of_a_pause


def generate(asked: argparse.Namespace, screen: Screen) -> int:
    """Ask for an image, wait for it and save it."""
    if asked.dry_run:
        return estimate(asked, screen)
    settings: dict[str, Any] = {
        **wished(asked),
        "idempotency_key": asked.idempotency_key or str(uuid.uuid4()),
    }
    if not asked.no_wait:
        check_output(asked.output)
    with calling(screen) as client:
        with screen.working("asking") as work:
            settings["image_input"] = [handed_in(client, source, screen, work) for source in asked.input]
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
                    on_progress=Watch(client, screen, work),
                )
                with paid_for(task):
                    files = saved(client, task, asked.output, work)
        if not asked.no_wait:
            return show_saved(screen, task, files)
        screen.task_id = ref.task_id
        _show_taken(screen, ref, settings["idempotency_key"])
        if ref.state == "pending" and not ref.replayed:
            tell_of_a_pause(client, screen)
    return OK


def status(asked: argparse.Namespace, screen: Screen) -> int:
    """Show a task as it is now."""
    with calling(screen) as client:
        task = client.query_task(asked.task_id)
        _show(screen, task)
        if task.state == "pending" and task.charged == "no":
            tell_of_a_pause(client, screen)
    return OK


def wait(asked: argparse.Namespace, screen: Screen) -> int:
    """Wait for a task; save its image if it was said where."""
    if asked.output:
        check_output(asked.output)
    screen.task_id = asked.task_id
    with calling(screen) as client, screen.working("waiting") as work:
        watch = Watch(client, screen, work)
        task = client.wait_for_task(asked.task_id, asked.max_attempts, asked.interval, watch)
        files = saved(client, task, asked.output, work) if asked.output else []
    if files:
        return show_saved(screen, task, files)
    _show(screen, task)
    return OK


def list_tasks(asked: argparse.Namespace, screen: Screen) -> int:
    """Show the caller's own tasks, newest first."""
    with calling(screen) as client:
        tasks = client.list_tasks(state=asked.state, limit=None if asked.all else asked.limit)
        if screen.as_json:
            screen.document({"jobs": [dict(task.document) for task in tasks]})
        else:
            show_list(screen, tasks)
    return OK


def download(asked: argparse.Namespace, screen: Screen) -> int:
    """Save the image of a task."""
    check_output(asked.output)
    with calling(screen) as client, screen.working("downloading") as work:
        task = client.query_task(asked.task_id)
        files = saved(client, task, asked.output, work)
    return show_saved(screen, task, files)


def _show_taken(screen: Screen, ref: TaskRef, key: str) -> None:
    if screen.as_json:
        screen.document(
            {"taskId": ref.task_id, "state": ref.state, "replayed": ref.replayed, "idempotencyKey": key}
        )
        return
    screen.result(ref.task_id)
    screen.note(f"It goes on by itself: plantain wait {ref.task_id}")


def _show(screen: Screen, task: Task) -> None:
    if screen.as_json:
        screen.document(task.document)
        return
    show_task(screen, task)
    if task.state == "success":
        screen.note(f"plantain download {task.task_id} saves it.")
