"""Tells the door that a job came in by how the job has ended."""

from plantain.drops.reports import report_to_source
from plantain.job import Job
from plantain.schedules.run_reports import report_of_run


def report(job: Job) -> None:
    """Whoever asked without waiting for an answer is told. Safe to repeat; a job that still runs is no error."""
    if job.source:
        report_to_source(job)
    if job.door == "schedule":
        report_of_run(job)
