"""What people are told of an ended job of a schedule: a picture under a name that stays, or why there is none."""

from plantain.job import Job
from plantain.jobs.failure_words import words_of
from plantain.reports.failed_text import failed_text
from plantain.reports.telling import report_failure
from plantain.schedules.latest import keep_latest
from plantain.schedules.run import run_of


def report_of_run(job: Job) -> None:
    """A success may become the latest picture; of a failure a text tells. Safe to repeat."""
    if job.failure is None:
        keep_latest(job)
        return
    name, planned = (run_of(job.group) if job.group else None) or (job.stem or "schedule", "")
    what, advice = words_of(job.failure)
    text = failed_text(
        f"The schedule {name} made no picture in its run of {planned}.",
        [what, f"The number of this job is {job.task_id}.", "The latest picture of the schedule stays."],
        charged=job.failure.charged,
        advice=advice,
    )
    report_failure(name, job.task_id, text)
