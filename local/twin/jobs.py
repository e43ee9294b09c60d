"""createTask and recordInfo, as Kie answers them."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.twin import faults, wire
from local.twin.checks import Wish, checked
from local.twin.cues import Cue
from local.twin.exchange import Answer, Request
from local.twin.tasks import TaskStore, accepts
from local.twin.timeline import Seen, Task

FOREIGN_URL = "http://169.254.169.254/latest/meta-data/picture.png"
"""The metadata address of a cloud machine: what a client must never ask because an answer told it to."""


class Jobs:
    """`files_url` is the origin of the results; `on_accept` is told of every new task."""

    def __init__(self, store: TaskStore, files_url: str, on_accept: Callable[[Task], None]) -> None:
        self._store = store
        self._files_url = files_url
        self._on_accept = on_accept

    def create(self, request: Request) -> Answer:
        """The checks in Kie's order: (key, model, fields,) credits, rate; then the task is created."""
        wish = checked(request.fields())
        if isinstance(wish, Answer):
            self._store.refuse("fields")
            return wish
        with self._store.lock:
            cue = self._store.create_fault(wish.input["prompt"])
            if cue and not accepts(cue):
                self._store.refuse(cue.name, wish.input["prompt"])
                return faults.answer(cue.name, request.path) or wire.refused(500, wire.EXCEPTION)
            refusal = self._refusal(wish)
            if refusal:
                return refusal
            task = self._store.accept(wish.model, wish.input, wish.call_back_url)
        self._on_accept(task)
        return _accepted(task, cue, request.path)

    def _refusal(self, wish: Wish) -> Answer | None:
        if not self._store.can_pay(wish.model.credits[wish.input.get("resolution") or "1K"]):
            self._store.refuse("credits", wish.input["prompt"])
            return wire.refused(402, wire.NO_CREDITS)
        if self._store.window_is_full():
            self._store.refuse("rate", wish.input["prompt"])
            return wire.refused(429, wire.TOO_OFTEN)
        return None

    def record_info(self, request: Request) -> Answer:
        task_id = request.query("taskId")
        if not task_id:
            return wire.refused(400, wire.NO_TASK_ID)
        with self._store.lock:
            task = self._store.tasks.get(task_id)
            if task is None:
                return wire.refused(422, wire.RECORD_NULL)
            task.polls += 1
            now = self._store.clock()
            cue = task.score.play("poll", now)
            fault = faults.answer(cue.name, request.path) if cue else None
            return fault or _in_manner(wire.ok(self._record(task, now)), cue)

    def _record(self, task: Task, now: float) -> dict[str, Any]:
        seen = task.at(now)
        cue = task.score.play("result", now) if seen.state == "success" else None
        return wire.record(task, seen, self.result_of(task, seen, cue), self._store.settings)

    def result_of(self, task: Task, seen: Seen, cue: Cue | None = None) -> object:
        """What resultJson holds: JSON in a string, unless a script says otherwise; empty while it runs."""
        if seen.state != "success" or (cue and cue.name == "no-result"):
            return ""
        if cue and cue.name == "result-broken":
            return '{"resultUrls":["'
        result = {"resultUrls": [] if cue and cue.name == "no-urls" else self._urls(task)}
        return result if task.score.get("result-object") else json.dumps(result, separators=(",", ":"))

    def _urls(self, task: Task) -> list[str]:
        if task.score.get("url-foreign"):
            return [FOREIGN_URL]
        return [
            f"{self._files_url}/h/{task.task_id}/{number}.{task.output_format}"
            for number in range(1, task.pictures + 1)
        ]


def _accepted(task: Task, cue: Cue | None, path: str) -> Answer:
    fault = faults.answer(cue.name, path) if cue else None
    return fault or replace(wire.created(task.task_id), delay=cue.seconds if cue else 0.0)


def _in_manner(answer: Answer, cue: Cue | None) -> Answer:
    if cue and cue.name == "poll-drip":
        return replace(answer, manner="drip")
    return replace(answer, delay=cue.seconds) if cue and cue.name == "poll-slow" else answer
