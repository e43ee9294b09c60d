"""Kie.ai's callbacks, as they should come and as they should not; the real handler answers each."""

import copy
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.twin import wire
from local.twin.callbacks import signature
from tests.crashes.lambdas import Crashed
from tests.functions.conftest import event

if TYPE_CHECKING:
    from local.twin.timeline import Task
    from tests.crashes.world import World

_EVENT = event("http_post")
_LATEST = 3 * 3600.0  # s


class Bells:
    """Rings for each task that was accepted with an address."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def watch(self, task: "Task") -> None:
        """It will ring when the task is over; who knows when else."""
        chance = self._world.chance
        if task.call_back_url is None:
            return
        for end in task.ends():
            due = max(0.0, end - self._world.loop.now)
            if chance.happens("ring early"):
                self._rings_in(due * chance.random(), task)
            if chance.happens("ring forged"):
                self._rings_in(due * chance.random(), task, key="not the key")
            if chance.happens("ring swapped"):
                after = chance.random() * (2 * due + 60)
                self._world.loop.spawn(lambda: self._ring(self._other(task), str(task.call_back_url), None), after)
            if not chance.happens("ring lost"):
                late = chance.in_a_while(_LATEST) if chance.happens("ring late") else chance.random()
                self._rings_in(due + late, task)
                if chance.happens("ring doubled"):
                    self._rings_in(due + late + chance.in_a_while(600), task)

    def _other(self, task: "Task") -> "Task":
        others = [one for one in self._world.kie.store.tasks.values() if one is not task]
        return self._world.chance.choice(others or [task])

    def _rings_in(self, seconds: float, task: "Task", key: str | None = None) -> None:
        self._world.loop.spawn(lambda: self._ring(task, str(task.call_back_url), key), seconds)

    def _ring(self, task: "Task", url: str, key: str | None) -> None:
        world, kie = self._world, self._world.kie
        seen = task.at(world.loop.now)
        body = wire.callback(wire.record(task, seen, kie.jobs.result_of(task, seen), kie.store.settings))
        headers = {"content-type": "application/json"}
        if key := key or kie.store.settings.webhook_key:
            stamp = str(int(world.loop.now))
            headers |= {"x-webhook-timestamp": stamp, "x-webhook-signature": signature(key, task.task_id, stamp)}
        try:
            answer = world.lambdas.run("receive_callback", posted(urlsplit(url).path, body, headers))
        except Crashed:
            return
        world.note(f"the ring is answered {answer['statusCode']}")


def posted(path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    """A POST as the gateway tells a function of it."""
    made = copy.deepcopy(_EVENT)
    made["rawPath"] = made["requestContext"]["http"]["path"] = path
    made["headers"] |= headers
    made["body"] = json.dumps(body)
    return made
