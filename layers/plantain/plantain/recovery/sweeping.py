"""Sees to jobs that nothing carries any more: those never started are started, those whose end nobody has heard of
are ended. No create is sent by it that the record does not allow."""

import secrets
from dataclasses import dataclass

from plantain.aws import AWS_ERRORS
from plantain.errors import JobNotFound
from plantain.executions import executions
from plantain.job import now_ms
from plantain.jobs.open_jobs import Listed, open_jobs
from plantain.jobs.table import jobs
from plantain.recovery.end_notices import tell_of_end

OLD_MS = 10 * 60 * 1000  # younger jobs are still being started by whoever took them in
LOOKS = 500  # of one run: Step Functions tells of some ten executions in a second
KEPT_MS = 14 * 24 * 3600 * 1000  # Kie.ai keeps what it has made for 14 days at most


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run found and did: open jobs, the age of the oldest (s), those in doubt, started and ended ones, and
    those that AWS did not let it look after."""

    open: int
    oldest: float
    in_doubt: int
    started: int
    ended: int
    missed: int


def sweep() -> Swept:
    """One run; of very many jobs, chance chooses whom it looks after, so that none is left out for good."""
    now = now_ms()
    unended = list(open_jobs().unended())
    old = [listed for listed in unended if now - listed.created_at >= OLD_MS]
    chosen = secrets.SystemRandom().sample(old, LOOKS) if len(old) > LOOKS else old
    done = [_tried(listed) for listed in chosen]
    return Swept(
        open=len(unended),
        oldest=max(0, now - unended[0].created_at) / 1000 if unended else 0,
        in_doubt=sum(listed.in_doubt for listed in (*unended, *open_jobs().unsettled(now - KEPT_MS))),
        started=done.count("started"),
        ended=done.count("ended"),
        missed=done.count("missed"),
    )


def _tried(listed: Listed) -> str | None:
    """One that cannot be looked after now, mostly because AWS has had enough, keeps no other from it, and nobody
    from hearing how many there are."""
    try:
        return _see_to(listed)
    except AWS_ERRORS:
        return "missed"


def _see_to(listed: Listed) -> str | None:
    try:
        job = jobs().get(listed.task_id)
    except JobNotFound:
        return None
    if job.is_final:  # the index lags behind
        return None
    found = executions().found(job.execution_name)
    if found is None:
        executions().start(job.execution_name)
        return "started"
    if found.status in ("RUNNING", "PENDING_REDRIVE"):
        return None
    tell_of_end(job.execution_name, found.status, found.error)
    return "ended"
