"""The harness finds what it is there to find: each safeguard taken out of the code makes a schedule break."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from plantain.errors import OutcomeUnknown, TryAgainLater
from plantain.items import from_attributes, job_from
from plantain.job import Job, Request, now_ms
from plantain.jobs.claims import Claim, Claims
from plantain.jobs.table import Jobs, jobs
from plantain.kie.api import Kie
from plantain.pace.create_pace import CreatePace
from plantain.spending.ledger import Action, Ledger
from plantain.spending.prices import Prices
from plantain.steps import replay_cache
from tests.crashes.seams import installed, play

ENOUGH = 400  # schedules


begin_create, create_task = Jobs.begin_create, Kie.create_task


def without_the_intent(_: Jobs, __: Job) -> str:
    """Nothing is written before the create is sent."""
    return secrets.token_hex(8)


def without_failing_closed(self: Jobs, job: Job) -> str:
    """Whoever finds an intent sends all the same."""
    try:
        return begin_create(self, job)
    except OutcomeUnknown:
        return secrets.token_hex(8)


def without_slots(_: CreatePace, __: Job) -> None:
    """Nobody waits in line."""


def without_turns(_: CreatePace) -> int:
    """Everybody is sent at once."""
    return now_ms()


def leaves_a_final_state(self: Jobs, task_id: str, changes: dict[str, Any], seen: Any = None) -> None:
    """Whoever ends a job ends it, as it may be by now."""
    changes = {name: value for name, value in changes.items() if value is not None} | {"endedAt": now_ms()}
    self._update(task_id, changes, even_final=True)


def without_a_reservation(_: Ledger, __: Job, ___: float, ____: str) -> list[Action]:
    """Nothing is held of a budget while Kie.ai draws."""
    return []


def without_room(self: Ledger, job: Job, credits: float, day: str) -> list[Action]:
    """Held, whether there is room for it or not: the look before was enough."""
    return self._add(job, day, {"usedCredits": credits})


def without_a_lost_answer(self: Kie, *create: Any) -> str:
    """An answer that does not come is taken for a no."""
    try:
        return create_task(self, *create)
    except OutcomeUnknown:
        raise TryAgainLater("It did not answer.", code="kie-unreachable") from None


def without_claims(_: Claims, put: dict[str, Any], claim: Claim, **__: Any) -> bool:
    """The same key again is another wish."""
    jobs().put(job_from(from_attributes(put["Item"])))
    return True


def without_the_earlier(_: Job, __: str) -> None:
    """Everybody draws, whoever draws the same already."""


def without_a_limit(_: Prices, __: Request) -> None:
    """Whatever it costs."""


Mutation = tuple[Any, str, Callable[..., Any]]


@pytest.mark.parametrize(
    ("mutations", "words"),
    [
        ([(Jobs, "begin_create", without_the_intent)], "has accepted 2 creates"),
        ([(replay_cache, "_earlier", without_the_earlier)], "times was paid for"),
        ([(Prices, "require_within", without_a_limit)], "and may cost"),
        ([(Jobs, "begin_create", without_failing_closed)], "has accepted 2 creates"),
        ([(CreatePace, "slot_of", without_slots), (CreatePace, "take_turn", without_turns)], "21 creates arrived"),
        ([(Jobs, "_end", leaves_a_final_state)], "of a job that had ended"),
        ([(Kie, "create_task", without_a_lost_answer)], "has accepted 2 creates"),
        ([(Claims, "write", without_claims)], "2 jobs for"),
        ([(Ledger, "reserve", without_a_reservation)], "has used -18 credits"),
        ([(Ledger, "reserve", without_room)], r"has used \d+ credits of \d"),
    ],
    ids=lambda value: value[0][2].__name__ if isinstance(value, list) else "",
)
def test_a_safeguard_taken_out_is_missed(mutations: list[Mutation], words: str) -> None:
    with installed() as patched:
        for where, name, instead in mutations:
            patched.setattr(where, name, instead)
        assert any(re.search(words, play(seed).broken or "") for seed in range(ENOUGH))
