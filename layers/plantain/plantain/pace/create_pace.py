"""One pace for the whole account: a job reserves a slot in the jobs table, waits for its time, and takes its turn.

Slots say who goes when, whichever door, function or retry asks. They are evenly spaced. Jobs that somebody waits
for stand in front: each takes the next slot there and pushes all others back by one. Others keep their order, and
a fifth of the pace: once the front has had four slots of five for BURST_MS, who comes stands behind everybody.
Turns keep the limit: the table holds when the last ones were taken, and who comes late is sent at once where there
is room, so that a slot that nobody could use is not lost. At 18 in 10 s there are 20 turns in 11.1 s, each used
within LATE_MS or not at all: no more than 20, Kie.ai's limit, arrive in any 10 s, as long as the ways there differ
by no more than 0.6 s.
"""

import os
import time
from functools import cache
from typing import NamedTuple

from plantain.job import Job, now_ms
from plantain.pace.clock import STANDS_MS
from plantain.pace.item import TURNS, Pace, PaceItem, pace_item

LATE_MS = 500
EARLY_MS = 1_000  # a job sets out so long before its slot and sleeps the rest: a cold start takes that
_WINDOW_MS = 10_000
PATIENCE_MS = 3_000  # for room, where others have come a little late: a new slot would be behind everybody
BURST_MS = 60_000  # at 18 in 10 s: 86 jobs


class Slot(NamedTuple):
    """A job's place in the pace. `at` is a time of the pace's clock; in the line, less what it was pushed back by
    until then. `front` says which of the two it is."""

    at: int
    front: bool


class CreatePace:
    """All times in the item are ms of the pace's clock (pace/clock.py).

    `nextAt` and `frontAt` are the ends of the line and of its front, the first times that nobody has reserved;
    nobody in the line comes before the end of the front. `shift` is by how much the line has been pushed back in
    all. `shareAt` is when the front has had its share. `turns` counts the turns taken, and `turn0` to `turn19`
    say when the last of them were. `per_ten_seconds` 0 is no pace, its slots are None.
    """

    def __init__(self, item: PaceItem, per_ten_seconds: int) -> None:
        self._item = item
        self._interval = -(-_WINDOW_MS // per_ten_seconds) if per_ten_seconds else 0

    def slot_of(self, job: Job) -> Slot | None:
        """The slot this job has, also one that has passed, or a new one. Raises what AWS raises."""
        if not self._interval:
            return None
        if job.create_slot_at is not None:
            return Slot(job.create_slot_at, job.create_in_front)
        return self.new_slot(job)

    def seconds_until(self, slot: Slot | None) -> int:
        """How many whole seconds the state machine is to wait for this slot; less than one is slept here, so
        that 0 is when it has come. Raises what AWS raises."""
        while slot and (ahead := self.due_at(slot) - now_ms()) > 0:
            if seconds := max(0, ahead - EARLY_MS) // 1000:
                return seconds
            time.sleep(ahead / 1000)
        return 0

    def due_at(self, slot: Slot) -> int:
        """When its time comes, as far as one knows now: ms since the epoch."""
        pace = self._item.read()
        return pace.clock.when(slot.at if slot.front else slot.at + pace["shift"])

    def new_slot(self, job: Job) -> Slot:
        """Another one, behind all that are like it. Raises what AWS raises."""
        return self._reserve(front=job.is_interactive)

    def is_over(self, turn: int | None) -> bool:
        """Whether it is too late to send in this turn; without a pace it never is."""
        return bool(self._interval) and turn is not None and now_ms() > turn + LATE_MS

    def take_turn(self) -> int | None:
        """When the turn is that was taken, to be used at once; waits a little for one. None: there is no room.

        Raises what AWS raises. Dying after it costs the turn, nothing else.
        """
        deadline = now_ms() + PATIENCE_MS
        while (now := now_ms()) <= deadline:
            pace = self._item.read()
            if pace.paused:
                return None
            if not self._interval:
                return now
            oldest = pace[f"turn{pace['turns'] % TURNS}"]
            room_at = pace.clock.when(oldest + TURNS * self._interval)
            if room_at > deadline:
                return None
            if room_at > now:
                time.sleep((room_at - now) / 1000)
            elif self._take(pace["turns"], pace.clock.at(now)):
                return now
        return None

    def slow_down(self) -> None:
        """Kie.ai has said that it is too much: the clock of the pace stands still and then runs slowly, for all.

        What was on its way at the same time counts once. Raises what AWS raises.
        """
        pace, now = self._item.read(), now_ms()
        if not self._interval or now < pace["slowedAt"] + STANDS_MS:
            return
        more = pace.clock.slowed(now).lag - pace["clockLag"]
        self._item.write(
            "SET slowedAt = :now ADD clockLag :more",
            "attribute_not_exists(slowedAt) OR slowedAt = :read",
            {":now": now, ":more": more, ":read": pace["slowedAt"]},
        )

    def _take(self, taken: int, at: int) -> bool:
        """False if somebody else has taken this turn."""
        update = f"SET turns = :next, turn{taken % TURNS} = :at"
        condition = "attribute_not_exists(turns) OR turns = :taken"
        return self._item.write(update, condition, {":next": taken + 1, ":at": at, ":taken": taken}) is not None

    def _reserve(self, *, front: bool) -> Slot:
        """One atomic write, which others do not disturb; dying here costs the slot, nothing else."""
        now = now_ms()
        # Its only condition is which of the ends lie ahead. They only grow, so that each can disturb it once.
        for _ in range(5):
            pace = self._item.read()
            at = pace.clock.at(now)
            in_front = front and pace["shareAt"] <= at + BURST_MS
            if written := self._write_ends(pace, at, in_front):
                if in_front:
                    return Slot(written["frontAt"] - self._interval, front=True)
                return Slot(written["nextAt"] - self._interval - written["shift"], front=False)
        raise AssertionError("the table went back")

    def _write_ends(self, pace: Pace, at: int, in_front: bool) -> Pace | None:
        steps = {"nextAt": self._interval}
        if in_front:
            steps |= {"frontAt": self._interval, "shareAt": self._interval * 5 // 4}
        values = {":at": at} | {f":{name}Step": step for name, step in steps.items()}
        changes, conditions = [], []
        for name in steps:
            if pace[name] > at:
                changes.append(f"{name} = {name} + :{name}Step")
                conditions.append(f"{name} > :at")
            else:
                changes.append(f"{name} = :at + :{name}Step")
                conditions.append(f"(attribute_not_exists({name}) OR {name} <= :at)")
        pushes = in_front and pace["nextAt"] > at
        update = f"SET {', '.join(changes)}" + (" ADD shift :nextAtStep" if pushes else "")
        return self._item.write(update, " AND ".join(conditions), values)


@cache
def create_pace() -> CreatePace:
    """The configured pace, reached at first use."""
    return CreatePace(pace_item(), int(os.environ["CREATES_PER_TEN_SECONDS"]))
