"""Tells people how it goes with what they have dropped: the tag on the file and, if it fails, the reason."""

from plantain.drops.dropped import count_of, job_keys
from plantain.drops.words import failed_job_text
from plantain.job import Job
from plantain.jobs.reservations import reservations
from plantain.reports.telling import Status, report_failure, settle


def report_to_source(job: Job) -> None:
    """Tell the file that asked for this job how it goes with it. Safe to repeat."""
    assert job.source is not None
    settle(job.source, lambda: _status(job))


def _status(job: Job) -> Status:
    """Of all jobs of the file: a success when all are, a failure as soon as all have ended and one has failed.

    Whichever end it is that makes it known, the reasons are written down before.
    """
    assert job.source is not None
    keys = job_keys(job.source, count_of(job.member))
    # By their claims, which are read consistently: the index of groups may lag behind.
    siblings = [reservations().find(job.caller, key) for key in keys]
    failed = [sibling for sibling in siblings if sibling and sibling.failure]
    for sibling in failed:
        report_failure(sibling.stem or "file", sibling.task_id, failed_job_text(sibling))
    if not all(sibling and sibling.is_final for sibling in siblings):
        return "accepted"
    return "fail" if failed else "success"
