"""Reserves a job in the table: the same intent twice is the same job."""

from dataclasses import dataclass
from functools import cache

from plantain.errors import ClaimInFlight
from plantain.job import Job
from plantain.jobs.claims import Claim, Claims, claim_id, claims
from plantain.jobs.table import Jobs, jobs
from plantain.refusals import IdempotencyKeyReused

_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Reservation:
    """The job of a wish; `replayed` when an earlier call had reserved it."""

    job: Job
    replayed: bool = False


class Reservations:
    """Jobs and the idempotency claims on them, in one table."""

    def __init__(self, jobs: Jobs, claims: Claims) -> None:
        self._jobs = jobs
        self._claims = claims

    def reserve(self, job: Job, idempotency_key: str | None = None, fingerprint: str = "") -> Reservation:
        """Write the job, or find the one this key already made. The key's scope is the job's caller.

        `fingerprint` tells one wish from another; without one the key alone is the wish. A job that has failed at
        no cost is found by its own wish and keeps the key from no other.
        Raises IdempotencyKeyReused (same key, another wish) and ClaimInFlight (claimed this very moment).
        """
        if idempotency_key is None:
            self._jobs.put(job)
            return Reservation(job)
        # A file's version and a schedule's planned time are told again from the dead letters up to weeks later.
        lasting = job.door != "http"
        claim = Claim(claim_id(job.caller, idempotency_key), job.task_id, fingerprint, lasting)
        if self._claims.write(self._jobs.put_of(job), claim):
            return Reservation(job)
        for _ in range(_LOOKS):
            standing = self._claims.find(claim.id)
            if earlier := self._made_by(standing, fingerprint):
                return Reservation(earlier, replayed=True)
            if self._claims.write(self._jobs.put_of(job), claim, instead_of=standing.made if standing else None):
                return Reservation(job)
        raise ClaimInFlight

    def find(self, caller: str, idempotency_key: str, fingerprint: str = "") -> Job | None:
        """The job that this wish has made under this key of the caller's.

        Raises IdempotencyKeyReused if the key is held by another wish: by one that has or may have cost money, or
        that is under way.
        """
        return self._made_by(self._claims.find(claim_id(caller, idempotency_key)), fingerprint)

    def _made_by(self, claim: Claim | None, fingerprint: str) -> Job | None:
        if claim is None:
            return None
        job = self._jobs.get(claim.made)
        if claim.fingerprint == fingerprint:
            return job
        if not is_free_to_try_again(job):
            raise IdempotencyKeyReused
        return None

    def reserve_for_good(self, job: Job, claim: str) -> Reservation:
        """Write the job, or find the one that stands for this claim, however long ago it was made.

        A job that has failed at no cost stands for it no longer, unless it is of the same group: within one batch
        a row is tried once. Raises ClaimInFlight.
        """
        wanted = Claim(claim, job.task_id, lasting=True)
        if self._claims.write(self._jobs.put_of(job), wanted):
            return Reservation(job)
        for _ in range(_LOOKS):
            standing = self._claims.find(claim)
            assert standing is not None
            earlier = self._jobs.get(standing.made)
            if earlier.group == job.group or not is_free_to_try_again(earlier):
                # Our own write, if its answer was lost and botocore has sent it again.
                return Reservation(earlier, replayed=earlier.task_id != job.task_id)
            if self._claims.write(self._jobs.put_of(job), wanted, instead_of=earlier.task_id):
                return Reservation(job)
        raise ClaimInFlight


def is_free_to_try_again(job: Job) -> bool:
    """Whether it ended without an image and certainly without a payment."""
    return job.state == "fail" and not job.is_unsettled


@cache
def reservations() -> Reservations:
    """The configured table, reached at first use."""
    return Reservations(jobs(), claims())
