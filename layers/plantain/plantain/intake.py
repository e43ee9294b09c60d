"""What every door does with a wish: reserve the job, start its execution."""

from plantain.errors import JobEnded
from plantain.executions import executions
from plantain.failures import NOT_SENT
from plantain.job import Job
from plantain.jobs import jobs
from plantain.reservations import Reservation, reservations


def take_in(job: Job, idempotency_key: str | None = None) -> Reservation:
    """The reserved and started job. Raises IdempotencyKeyReused and ClaimInFlight; then nothing was started.

    A start that fails is healed by the next call with the same key; without one, the job ends unsent.
    """
    reservation = reservations().reserve(job, idempotency_key)
    if reservation.job.is_final:
        return reservation
    try:
        executions().start(reservation.job.task_id)
    except Exception:
        if idempotency_key is None:
            _give_up(job)
        raise
    return reservation


def _give_up(job: Job) -> None:
    """It may have started all the same: then it has either begun to send, which stands, or finds itself ended."""
    try:
        jobs().fail(job.task_id, NOT_SENT, seen=job)
    except JobEnded:
        return
