"""What every door does with a wish: reserve the job, start its execution.

Both steps may be repeated: a crash between them is healed by the next call with the same idempotency key.
"""

from plantain.executions import executions
from plantain.job import Job
from plantain.reservations import Reservation, reservations


def take_in(job: Job, idempotency_key: str | None = None) -> Reservation:
    """The reserved and started job. Raises IdempotencyKeyReused and ClaimInFlight; then nothing was started."""
    reservation = reservations().reserve(job, idempotency_key)
    if not reservation.job.is_final:
        executions().start(reservation.job.task_id)
    return reservation
