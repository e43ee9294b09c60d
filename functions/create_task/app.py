"""Ask Kie.ai to draw: the one step that spends money, taken at most once for a job."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.aws import AWS_ERRORS
from plantain.errors import (
    CreditsUsedUp,
    EarlierFailed,
    InputGone,
    KieBusy,
    KieKeyMissing,
    KieKeyRejected,
    Misconfigured,
    OutcomeUnknown,
    OverBudget,
    Refused,
    TooDear,
    TryAgainLater,
)
from plantain.job import Job, Request, now_ms
from plantain.jobs.failures import recording
from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.kie.balance import balance_of, last_balance
from plantain.kie.callback_base import callback_base
from plantain.kie.callbacks import callback_url
from plantain.metrics import count_paused
from plantain.pace.create_pace import Slot, create_pace
from plantain.pace.pausing import covers, pausing, wait_seconds
from plantain.recovery.adopting import accept, task_named
from plantain.spending.ledger import ledger
from plantain.spending.prices import prices
from plantain.steps.handover import handed_over
from plantain.steps.polling import pace_with
from plantain.steps.replay_cache import cached_seconds

SENDS = 11  # of one job, before a Kie.ai that takes nothing is given up
MISSED_SECONDS = 1
BEFORE_SENDING = (Misconfigured, TooDear, OverBudget, KieKeyMissing, InputGone, Refused)

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in. Out: CREATED, Kie's id of the task and the numbers the loop of looks starts with; or WAITING,
    and in how many seconds this step is to run again, because its slot in the account's pace is ahead or creates
    are paused or the same wish is being made already; or CACHED: the image is there to be copied.

    Kie's id is null where its answer was lost and it may still ring."""
    job, now = jobs().get(event["taskId"]), now_ms()
    if job.kie_task_id:
        return _created(job, job.kie_task_id)
    callback = callback_url(base, job) if (base := callback_base()) else None
    request, turn = job.request, None
    if job.create_started_at is None:
        with recording(jobs(), job, EarlierFailed, InputGone, seen=job):
            seconds = cached_seconds(job)
        if seconds is not None:
            return _waiting(job, seconds) if seconds else _cached(job)
        if seconds := _paused_seconds(job):
            return _waiting(job, seconds)
        with recording(jobs(), job, *BEFORE_SENDING, seen=job):
            prices().require_within(request)  # they may have changed since it was taken in
            ledger().require_room(job)  # before the slot is taken: others can use it
            kie().require_key()
            request = handed_over(job)  # before the slot is taken: it may take its time
        slot = create_pace().slot_of(job)
        if slot and (seconds := create_pace().seconds_until(slot)):
            jobs().note_slot(job, slot.at, in_front=slot.front)
            return _waiting(job, seconds)
        if (turn := create_pace().take_turn()) is None:
            return _waiting(job, _put_back(job, slot))
    try:
        # For want of money only what nobody has sent: another run of this step may have found room in between.
        with (
            recording(jobs(), job, OverBudget, seen=job),
            recording(jobs(), job, Refused, KieKeyMissing, *(() if callback else (OutcomeUnknown,))),
        ):
            kie_task_id = _create(job, request, callback, turn)
    except OutcomeUnknown:
        if callback is None:
            jobs().note_balance_at_end(job, balance_of(kie()), last_balance(job.create_started_at or now))
            raise
        _note_unknown(job, job.create_started_at or now)
        return _created(job, None)
    except CreditsUsedUp as error:
        pausing().pause("kie-credits", error.words)
        return _waiting(job, _paused_seconds(job) or MISSED_SECONDS)
    return _created(job, kie_task_id) if kie_task_id else _waiting(job, MISSED_SECONDS)


def _note_unknown(job: Job, sent_at: int) -> None:
    logger.warning("the answer is lost", task_id=job.task_id)
    jobs().note_unknown(job, balance_of(kie()), last_balance(sent_at))


def _paused_seconds(job: Job) -> int:
    """How long to wait because creates are paused; 0 if they are not, or no longer, by what this one has seen."""
    if (paused := pausing().now()) is None:
        return 0
    if pausing().may_look(paused):
        try:
            with recording(jobs(), job, Misconfigured, seen=job):
                covered = covers(kie().credits(), job)
            if covered:
                pausing().resume(paused)
                logger.info("creates go on", task_id=job.task_id)
                return 0
        except (TryAgainLater, KieKeyRejected, KieKeyMissing) as error:
            logger.warning("the balance cannot be seen", task_id=job.task_id, code=error.code)
    count_paused(job.task_id, paused.by)
    return wait_seconds(paused)


def _put_back(job: Job, slot: Slot | None) -> int:
    """Another place for a job that found no room; how many seconds to wait for it. Paused, it keeps its own."""
    if slot is None or pausing().now():
        return MISSED_SECONDS
    slot = create_pace().new_slot(job)
    jobs().note_slot(job, slot.at, in_front=slot.front)
    return max(MISSED_SECONDS, create_pace().seconds_until(slot))


def _create(job: Job, request: Request, callback: str | None, turn: int | None) -> str | None:
    """Kie's id of the task; None if the turn has passed meanwhile and nothing was sent.

    The intent is written before the call, and its price reserved: whoever finds it without an answer never sends
    again.
    """
    attempt = jobs().begin_create(job)
    begun_before = job.reopened or job.create_refusals or job.create_slots_missed
    if begun_before and (there := _task_there(job, attempt)):
        logger.warning("is there already", task_id=job.task_id, kie_task_id=there)
        accept(job, there)
        return there
    if create_pace().is_over(turn):
        jobs().withdraw_create(job, attempt, sent=False)
        return None
    try:
        kie_task_id = kie().create_task(request, callback)
    except TryAgainLater as error:
        jobs().withdraw_create(job, attempt)
        if error.code == "kie-busy":
            create_pace().slow_down()
        logger.info("not accepted", task_id=job.task_id, code=error.code)
        if job.create_refusals + 1 >= SENDS:
            raise KieBusy from None
        raise
    except CreditsUsedUp:
        jobs().withdraw_create(job, attempt, sent=False)
        raise
    logger.info("accepted", task_id=job.task_id, kie_task_id=kie_task_id)
    try:
        accept(job, kie_task_id)
    except AWS_ERRORS:
        # The paid task must not be lost with this write: its id travels on, and check_status writes it.
        logger.exception("accepted, but not written", task_id=job.task_id, kie_task_id=kie_task_id)
    return kie_task_id


def _task_there(job: Job, attempt: str) -> str | None:
    """What Kie.ai has all the same of an earlier create, which it has refused or an operator declared unpaid.

    Raises OutcomeUnknown where Kie.ai has rung for one and does not tell.
    """
    try:
        return task_named(jobs().get(job.task_id), surely=True)
    except TryAgainLater:
        jobs().withdraw_create(job, attempt, sent=False)
        raise
    except (KieKeyRejected, KieKeyMissing) as error:
        raise OutcomeUnknown("Kie.ai rang for a task and cannot be asked for it with this key.") from error


def _created(job: Job, kie_task_id: str | None) -> dict[str, Any]:
    rings = callback_base() is not None
    return {
        "taskId": job.task_id,
        "status": "CREATED",
        "kieTaskId": kie_task_id,
        "rings": rings,
        "looks": 0,
        "blanks": 0,
        "waitSeconds": pace_with(rings).wait_at(0),
    }


def _cached(job: Job) -> dict[str, Any]:
    logger.info("made before", task_id=job.task_id)
    return {"taskId": job.task_id, "status": "CACHED", "rings": False}


def _waiting(job: Job, seconds: int) -> dict[str, Any]:
    logger.info("waits", task_id=job.task_id, seconds=seconds)
    return {"taskId": job.task_id, "status": "WAITING", "rings": False, "waitSeconds": seconds}
