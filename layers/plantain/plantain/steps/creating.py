"""The create step: what a job waits for before its create is sent, and what came of sending it."""

from dataclasses import dataclass

from aws_lambda_powertools import Logger

from plantain.errors import (
    CreditsUsedUp,
    EarlierFailed,
    InputGone,
    KieKeyMissing,
    Misconfigured,
    OutcomeUnknown,
    OverBudget,
    Refused,
    TooDear,
)
from plantain.job import Job, Request, now_ms
from plantain.jobs.failures import recording
from plantain.jobs.table import jobs
from plantain.kie.api import Kie
from plantain.kie.balance import balance_of, last_balance
from plantain.kie.callback_base import callback_base
from plantain.kie.callbacks import callback_url
from plantain.pace.create_pace import Slot, create_pace
from plantain.pace.pausing import pausing
from plantain.spending.ledger import ledger
from plantain.spending.prices import prices
from plantain.steps.handover import handed_over
from plantain.steps.paused import paused_seconds
from plantain.steps.replay_cache import cached_seconds
from plantain.steps.sending import send

MISSED_SECONDS = 1
_BEFORE_SENDING = (Misconfigured, TooDear, OverBudget, KieKeyMissing, InputGone, Refused)

logger = Logger()


@dataclass(frozen=True, slots=True)
class Created:
    """Kie.ai has a task of the job; its id is None where the answer was lost and Kie.ai may still ring."""

    kie_task_id: str | None


@dataclass(frozen=True, slots=True)
class Cached:
    """An earlier job has made the image: it is there to be copied."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step is to run again in so many seconds."""

    seconds: int


def create(job: Job, kie: Kie) -> Created | Cached | Waiting:
    """Take the step once. Raises what ends the job, then written on it, and TryAgainLater."""
    if job.kie_task_id:
        return Created(job.kie_task_id)
    callback = callback_url(base, job) if (base := callback_base()) else None
    if job.create_started_at is not None:
        return _sent(job, kie, job.request, callback, None)
    with recording(job, EarlierFailed, InputGone, seen=job):
        seconds = cached_seconds(job)
    if seconds is not None:
        return Waiting(seconds) if seconds else Cached()
    if seconds := paused_seconds(job, kie):
        return Waiting(seconds)
    with recording(job, *_BEFORE_SENDING, seen=job):
        prices().require_within(job.request)  # they may have changed since it was taken in
        ledger().require_room(job)  # before the slot is taken: others can use it
        kie.require_key()
        request = handed_over(job)  # before the slot is taken: it may take its time
    turn = _turn_of(job)
    return turn if isinstance(turn, Waiting) else _sent(job, kie, request, callback, turn)


def _turn_of(job: Job) -> int | Waiting:
    """When its turn is, to be used at once."""
    slot = create_pace().slot_of(job)
    if slot and (seconds := create_pace().seconds_until(slot)):
        jobs().note_slot(job, slot.at, in_front=slot.front)
        return Waiting(seconds)
    turn = create_pace().take_turn()
    return Waiting(_put_back(job, slot)) if turn is None else turn


def _put_back(job: Job, slot: Slot | None) -> int:
    """Another place for a job that found no room; how many seconds to wait for it. Paused, it keeps its own."""
    if slot is None or pausing().now():
        return MISSED_SECONDS
    slot = create_pace().new_slot(job)
    jobs().note_slot(job, slot.at, in_front=slot.front)
    return max(MISSED_SECONDS, create_pace().seconds_until(slot))


def _sent(job: Job, kie: Kie, request: Request, callback: str | None, turn: int | None) -> Created | Waiting:
    begun = job.create_started_at or now_ms()
    final = (Refused, KieKeyMissing) if callback else (Refused, KieKeyMissing, OutcomeUnknown)
    try:
        # For want of money only what nobody has sent: another run of this step may have found room in between.
        with recording(job, OverBudget, seen=job), recording(job, *final):
            kie_task_id = send(job, kie, request, callback, turn)
    except OutcomeUnknown:
        if callback is None:
            jobs().note_balance_at_end(job, balance_of(kie), last_balance(begun))
            raise
        logger.warning("the answer is lost", task_id=job.task_id)
        jobs().note_unknown(job, balance_of(kie), last_balance(begun))
        return Created(None)
    except CreditsUsedUp as error:
        pausing().pause("kie-credits", error.words)
        return Waiting(paused_seconds(job, kie) or MISSED_SECONDS)
    return Created(kie_task_id) if kie_task_id else Waiting(MISSED_SECONDS)
