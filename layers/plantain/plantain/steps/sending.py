"""The one call that spends money: the intent is written before it, and whoever finds that never sends again."""

from aws_lambda_powertools import Logger

from plantain.aws import AWS_ERRORS
from plantain.errors import CreditsUsedUp, KieBusy, KieKeyMissing, KieKeyRejected, OutcomeUnknown, TryAgainLater
from plantain.job import Job, Request
from plantain.jobs.table import jobs
from plantain.kie.api import Kie
from plantain.pace.create_pace import create_pace
from plantain.recovery.adopting import accept, task_named

SENDS = 11  # of one job, before a Kie.ai that takes nothing is given up

logger = Logger()


def send(job: Job, kie: Kie, request: Request, callback: str | None, turn: int | None) -> str | None:
    """Kie's id of the task; None if the turn has passed meanwhile and nothing was sent.

    Raises what begin_create and create_task raise, and KieBusy after the last time; then nothing was accepted, but
    for OutcomeUnknown.
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
        kie_task_id = kie.create_task(request, callback)
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
