"""Kie.ai: the twin's own answers and counting, without sockets, and whatever may go wrong on the way there."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from local.twin import faults
from local.twin.admin import Admin
from local.twin.api import Api
from local.twin.exchange import Answer, Request
from local.twin.jobs import Jobs
from local.twin.settings import Settings
from local.twin.tasks import TaskStore
from local.twin.timeline import Task
from local.twin.uploads import Uploads

if TYPE_CHECKING:
    from tests.crashes.world import World

FILES = "https://files.kie.test"
CREATE, LOOK = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
# Answers after which nobody knows whether it was accepted, and those that say that it was not.
_BROKEN = ("exception", "http-500", "bad-gateway", "not-json", "data-null")
_BUSY = ("busy", "busy-http", "maintenance")
_LOOKS = (
    "record-null",
    "poll-busy",
    "poll-429",
    "poll-exception",
    "poll-500",
    "poll-502",
    "poll-drop",
    "data-null",
)


class KieAi:
    """`arrived` is when each create came, accepted or not, s."""

    def __init__(self, world: "World", settings: Settings) -> None:
        self._world = world
        self.store = TaskStore(settings, lambda: world.loop.now)
        self.jobs = Jobs(self.store, FILES, world.bells.watch)
        uploads = Uploads(self.store, FILES)
        self._api = Api(self.store, self.jobs, uploads, Admin(self.store, lambda: None), FILES)
        self.arrived: list[float] = []

    def tasks_of(self, prompt: str) -> list[Task]:
        """What was accepted of this wish."""
        return [task for task in self.store.tasks.values() if task.wish["prompt"] == prompt]

    def set(self, **changes: Any) -> None:
        self.store.settings = replace(self.store.settings, **changes)

    def handle(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """What httpx is asked to send, and what it gets or raises."""
        chance, creates = self._world.chance, path == CREATE
        query = f"?{urlencode(sent['params'])}" if "params" in sent else ""
        headers = {name.lower(): value for name, value in sent["headers"].items()}
        request = Request(method, path + query, headers, json.dumps(sent.get("json", {})).encode())
        if creates:
            self._world.may_die("before the create is sent")
        if creates and chance.happens("create unreached"):
            raise httpx.ConnectError("unreached")
        self._world.pass_time(0.1 + 0.5 * chance.random())
        answer = self._create(request) if creates else self._look(request)
        if creates:
            self._world.may_die("after the create was sent")
        self._world.pass_time(chance.way())
        return answer

    def _create(self, request: Request) -> httpx.Response:
        world, chance = self._world, self._world.chance
        self.arrived.append(world.loop.now)
        world.promises.pace_kept(self.arrived)
        if chance.happens("create dropped"):
            world.note("Kie.ai never gets the create")
            raise httpx.ReadError("dropped")
        broken = chance.choice(_BROKEN) if chance.happens("create broken") else None
        refusal = broken if chance.random() < 0.5 else None
        if chance.happens("create busy"):
            refusal = chance.choice(_BUSY)
        if refusal:
            world.note(f"Kie.ai does not take the create: {refusal}")
            return _response(faults.answer(refusal, CREATE))
        count = len(self.store.tasks)
        answer = self._answered(request)
        if len(self.store.tasks) > count:
            world.note("Kie.ai accepts the create")
            world.promises.accepted(list(self.store.tasks.values())[-1])
        if chance.happens("create lost"):
            world.note("the answer to the create is lost")
            world.pass_time(chance.choice((0, 20)))
            raise httpx.ReadTimeout("lost")
        return _response(faults.answer(broken, CREATE)) if broken else answer

    def _look(self, request: Request) -> httpx.Response:
        if not self._world.chance.happens("look broken"):
            return self._answered(request)
        kind = self._world.chance.choice(_LOOKS)
        if kind == "poll-drop":
            raise httpx.ReadError("dropped")
        return _response(faults.answer(kind, LOOK))

    def _answered(self, request: Request) -> httpx.Response:
        return _response(self._api.answer(request))


def _response(answer: Answer | None) -> httpx.Response:
    assert answer
    return httpx.Response(
        answer.status, headers={"content-type": answer.content_type}, stream=httpx.ByteStream(answer.body)
    )
