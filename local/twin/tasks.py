"""Every task, the sliding window, what is to be played next, and the ledger; the clock is injected."""

import secrets
import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from local.twin.cues import Cue, Score, in_prompt
from local.twin.models import Model
from local.twin.settings import Settings
from local.twin.timeline import Seen, Task

WINDOW_SECONDS = 10.0
WINDOW_CREATES = 20


class TaskStore:
    """Guarded by `lock`; `clock` gives seconds since the epoch."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.clock = clock
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget every task, count and script; the settings stay."""
        with self.lock:
            self.tasks: dict[str, Task] = {}
            self.callbacks: list[dict[str, Any]] = []
            self.refusals: Counter[str] = Counter()
            self.create_calls: list[dict[str, Any]] = []
            self._creates: deque[float] = deque()
            self._next: deque[Score] = deque()
            self._repeated: dict[str, Score] = {}

    def play_next(self, scores: list[Score]) -> None:
        with self.lock:
            self._next.extend(scores)

    def create_fault(self, prompt: str) -> Cue | None:
        """What this createTask call meets: what an admin asked for, then the prompt's markers."""
        with self.lock:
            if self._next:
                cue = self._next[0].play("create", self.clock())
                if self._next[0].used_up() and (cue is None or not accepts(cue)):
                    self._next.popleft()
                if cue:
                    return cue
            cues = in_prompt(prompt)
            if not cues:
                return None
            return self._repeated.setdefault(prompt, Score(cues)).play("create", self.clock())

    def window_is_full(self) -> bool:
        """20 accepted creates in the last 10 s; a refused one does not count."""
        with self.lock:
            while self._creates and self._creates[0] <= self.clock() - WINDOW_SECONDS:
                self._creates.popleft()
            return self.settings.rate_limit and len(self._creates) >= WINDOW_CREATES

    def can_pay(self, price: float) -> bool:
        """Whether the balance covers this task beside those still running."""
        with self.lock:
            return self.settings.balance - self._credits(over=("fail",)) >= price

    def accept(self, model: Model, wish: dict[str, Any], call_back_url: str | None) -> Task:
        """A new task; it takes the scripts that wait for one. With input images it waits for `inputs`."""
        with self.lock:
            now = self.clock()
            prompt = wish["prompt"]
            waiting = self._next.popleft().cues if self._next else ()
            self._repeated.pop(prompt, None)
            score = Score(waiting + in_prompt(prompt))
            takes = score.get("takes")
            task = Task(
                task_id=secrets.token_hex(16),
                model=model,
                wish=wish,
                created=now,
                call_back_url=call_back_url,
                credits=model.credits[wish.get("resolution") or "1K"],
                draw_seconds=takes.seconds if takes else self.settings.draw_seconds,
                score=score,
                inputs=None if wish.get("image_input") else (),
            )
            self._creates.append(now)
            self.create_calls.append({"at": now, "prompt": prompt, "answer": "accepted"})
            self.tasks[task.task_id] = task
            return task

    def refuse(self, reason: str, prompt: str = "") -> None:
        with self.lock:
            self.refusals[reason] += 1
            self.create_calls.append({"at": self.clock(), "prompt": prompt, "answer": reason})

    def inputs_fetched(self, task: Task, images: tuple[bytes, ...] | None) -> None:
        """The input images are there; None: one of them could not be fetched."""
        with self.lock:
            task.fetch_failed = images is None
            task.inputs = images or ()
            task.inputs_at = self.clock()

    def _credits(self, *, over: tuple[str, ...]) -> float:
        """Credits of every task whose state is not in `over`."""
        now = self.clock()
        return sum(task.credits for task in self.tasks.values() if task.at(now).state not in over)

    def ledger(self) -> dict[str, Any]:
        """What was accepted and paid. Credits are taken on success; a failed task costs nothing.

        Every createTask call stands in `createCalls` with its moment, in seconds, its prompt where it was
        read, and `accepted` or why not."""
        with self.lock:
            now = self.clock()
            seen = {task_id: task.at(now) for task_id, task in self.tasks.items()}
            spent = sum(t.credits for t in self.tasks.values() if seen[t.task_id].state == "success")
            return {
                "acceptedCreates": len(self.tasks),
                "refusedCreates": self.refusals.total(),
                "refusals": dict(self.refusals),
                "createCalls": list(self.create_calls),
                "creditsSpent": spent,
                "balance": self.settings.balance - spent,
                "tasks": [_entry(task, seen[task.task_id]) for task in self.tasks.values()],
                "callbacks": list(self.callbacks),
            }


def accepts(cue: Cue) -> bool:
    """Whether the task is accepted in spite of this create fault."""
    return cue.name in ("slow", "drop-after", "no-task-id") or cue.name.endswith("-accepted")


def _entry(task: Task, seen: Seen) -> dict[str, Any]:
    return {
        "taskId": task.task_id,
        "state": seen.state,
        "createdAt": task.created,
        "completedAt": seen.completed,
        "model": task.model.name,
        "prompt": task.wish["prompt"],
        "input": task.wish,
        "callBackUrl": task.call_back_url,
        "credits": task.credits if seen.state == "success" else 0.0,
        "polls": task.polls,
        "downloads": task.downloads,
        "freshLinks": task.fresh_links,
        "scripts": [cue.name for cue in task.score.cues],
    }
