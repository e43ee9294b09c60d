"""What every door does with a wish: reserve the job, start its execution."""

from plantain.errors import JobEnded
from plantain.executions import executions
from plantain.job import Job
from plantain.jobs.failures import NOT_SENT
from plantain.jobs.reservations import Reservation, reservations
from plantain.jobs.table import jobs


def take_in(job: Job, idempotency_key: str | None = None, fingerprint: str = "") -> Reservation:
    """The reserved and started job. Raises IdempotencyKeyReused and ClaimInFlight; then nothing was started.

    A start that fails is healed by the next call with the same key; without one, the job ends unsent.
    """
    reservation = reservations().reserve(job, idempotency_key, fingerprint)
    try:
        _start(reservation.job)
    except Exception:
        if idempotency_key is None:
            _give_up(job)
        raise
    return reservation


def taken_in(caller: str, idempotency_key: str | None, fingerprint: str = "") -> Reservation | None:
    """The job of an earlier call with this key, started if that call could not. Raises IdempotencyKeyReused."""
    if idempotency_key is None or (job := reservations().find(caller, idempotency_key, fingerprint)) is None:
        return None
    _start(job)
    return Reservation(job, replayed=True)


def _start(job: Job) -> None:
    if not job.is_final:
        executions().start(job.execution_name)


def _give_up(job: Job) -> None:
    """It may have started all the same: then it has either begun to send, which stands, or finds itself ended."""
    try:
        jobs().fail(job.task_id, NOT_SENT, seen=job)
    except JobEnded:
        return
