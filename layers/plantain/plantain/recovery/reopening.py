"""What an operator may do with a job that has failed and has, or may have, cost money.

Each of these is safe to repeat: the record is written first, and an execution has one name for each time the job
was opened, so that what a crash has left out is done by the next call, or by the sweeper.
"""

from plantain.errors import JobEnded, OutcomeUnknown
from plantain.executions import executions
from plantain.job import Job, now_ms
from plantain.jobs.table import jobs
from plantain.recovery.adopting import adopted, claimed_by, is_made_for
from plantain.recovery.doorbell import ring
from plantain.refusals import CannotReopen

CREATE_MS = 10 * 60 * 1000  # a create that began so long ago is no longer under way

REOPENABLE = frozenset(
    {
        "outcome-unknown",
        "timed-out",
        "status-unavailable",
        "image-not-stored",
        "aborted",
        "kie-timeout",
        "not-sent",
    }
)
_PREFIXES = ("result-", "upstream-")
# Of the create that was lost or never sent: the next one starts afresh.
_OF_A_CREATE = (
    *(
        "cachedFrom",
        "handedOver",
        "handedOverAt",
        "createStartedAt",
        "createAttempt",
        "createSlotAt",
        "acceptedAt",
    ),
    "rungAt",  # but not whom it was rung for: the next create asks for those
    *("balanceBefore", "balanceAtLoss", "balanceAtEnd", "timeoutSeenAt", "unusableSeenAt", "credits"),
)


def redrive(task_id: str) -> Job:
    """The job goes on with the task that Kie.ai has of it.

    Raises JobNotFound, CannotReopen, and what asking Kie.ai raises.
    """
    job = jobs().get(task_id)
    if not job.is_final:
        return _started(job)
    _require_reopenable(job)
    kie_task_id = adopted(job)
    if kie_task_id is None:
        raise CannotReopen(
            "Nobody knows whether Kie.ai has a task of this job. If its log page shows one, adopt it; if it shows "
            "none, the job can be sent again."
        )
    return _goes_on(job, kie_task_id)


def adopt(task_id: str, kie_task_id: str, *, force: bool = False) -> Job:
    """The job goes on with this task of Kie.ai's, which was made for it.

    `force` takes the operator's word for that where Kie.ai does not tell, and in place of a task that was adopted
    by mistake. Raises JobNotFound, CannotReopen, and what asking Kie.ai raises.
    """
    job = jobs().get(task_id)
    if job.kie_task_id not in (None, kie_task_id) and not (force and job.is_final):
        raise CannotReopen(f"The job has another task at Kie.ai already: {job.kie_task_id}.")
    if job.create_started_at is None and not job.reopened and kie_task_id not in job.rung_kie_task_ids:
        raise CannotReopen("The job was never sent to Kie.ai.")
    if job.is_final:
        # With no task of its own, whatever it failed with: an earlier create may have been accepted.
        _require_reopenable(job, codes=job.kie_task_id is not None)
    if job.kie_task_id != kie_task_id:
        _require_made_for(job, kie_task_id, force=force)
        _require_no_others(job, kie_task_id, force=force)
    if job.is_final:
        return _goes_on(job, kie_task_id)
    try:
        jobs().attach(job, kie_task_id)
    except JobEnded:
        raise CannotReopen("The job has just gone on. Look at it, and do this again.") from None
    if not ring(job, kie_task_id):  # it waits for its callback, and looks at once
        raise CannotReopen("The job has ended this very moment. Do this again: it goes on with the task then.")
    return _started(job)


def resend(task_id: str) -> Job:
    """The operator says that the create was not accepted: it is sent once more.

    Raises JobNotFound, CannotReopen, and what asking Kie.ai raises.
    """
    job = jobs().get(task_id)
    if not job.is_final and job.reopened and job.create_started_at is None:
        return _started(job)
    _require_reopenable(job, resent=True)
    try:
        named = adopted(job, surely=True)
    except OutcomeUnknown:
        raise CannotReopen(
            f"Kie.ai rang for {' and '.join(sorted(job.rung_kie_task_ids))} and does not tell what that was made "
            "from: it may be this job's. If its log page shows this job's prompt and settings beside it, adopt it "
            "with --force. Else ask for a new image, and dismiss this job."
        ) from None
    if named:
        raise CannotReopen("Kie.ai has a task of this job: redrive it. To send it again would pay twice.")
    if job.create_started_at and (left := job.create_started_at + CREATE_MS - now_ms()) > 0:
        raise CannotReopen(f"Its create may still be under way. Try again in {left // 60_000 + 1} minutes.")
    afresh = {"state": "pending", "createRefusals": 0, "createSlotsMissed": 0}
    return _started(jobs().reopen(job, afresh, forget=_OF_A_CREATE))


def dismiss(task_id: str) -> Job:
    """The operator has seen to this failed job: it is listed no longer. Raises JobNotFound, CannotReopen."""
    job = jobs().get(task_id)
    if job.state != "fail":
        raise _not_failed(job)
    try:
        jobs().settle(job)
    except JobEnded:
        raise CannotReopen("The job has gone on, or Kie.ai has rung for it. Look at the list again.") from None
    return job


def _goes_on(job: Job, kie_task_id: str) -> Job:
    """As if it had just been rung, so that its execution looks at once."""
    now = now_ms()
    known = {
        "kieTaskId": kie_task_id,
        "createStartedAt": job.create_started_at or now,
        "acceptedAt": job.accepted_at or now,
        "rungAt": now,
    }
    return _started(jobs().reopen(job, known, forget=("timeoutSeenAt", "unusableSeenAt")))


def _started(job: Job) -> Job:
    found = executions().found(job.execution_name)
    if found and found.status not in ("RUNNING", "PENDING_REDRIVE"):
        raise CannotReopen("The job's workflow has ended, which is being written down. Try again in half an hour.")
    executions().start(job.execution_name)
    return job


def _require_reopenable(job: Job, *, resent: bool = False, codes: bool = True) -> None:
    failure = job.failure
    if failure is None:
        raise _not_failed(job)
    # Whatever it failed with, its callback may tell that Kie.ai has a task of it.
    if codes and (resent or not job.is_named):
        if not (failure.code in REOPENABLE or failure.code.startswith(_PREFIXES)):
            raise CannotReopen(f"A job that failed with {failure.code} stays so: ask for a new one.")
        if failure.charged == "no" and not resent:
            again = " If its log page shows one of an earlier create, adopt that." if job.reopened else ""
            raise CannotReopen(f"The job has cost nothing: Kie.ai has no task of it.{again} It can be sent again.")
    earlier = executions().found(job.execution_name)
    if earlier and earlier.status == "RUNNING":
        raise CannotReopen("The job's workflow is just ending. Try again in a minute.")


def _not_failed(job: Job) -> CannotReopen:
    wait = "" if job.is_final else " Wait until it has ended."
    return CannotReopen(f"The job has not failed: it is {job.state}.{wait}")


def _require_made_for(job: Job, kie_task_id: str, *, force: bool) -> None:
    made = is_made_for(kie_task_id, job)
    if made is False:
        raise CannotReopen("Kie.ai says that this task was made for another request.")
    if made is None and not force:
        raise CannotReopen(
            "Kie.ai does not tell what this task was made for. If its log page shows this job's prompt and "
            "settings beside it, adopt it with --force."
        )


def _require_no_others(job: Job, kie_task_id: str, *, force: bool) -> None:
    other = claimed_by(kie_task_id, job, instead=force)
    if other != job.task_id:
        raise CannotReopen(
            f"This task is that of the job {other}. If that job was given it by mistake, adopt it with --force."
        )
