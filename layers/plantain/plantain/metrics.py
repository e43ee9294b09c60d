"""The only module that writes metrics: CloudWatch's embedded metric format, in the log, at no call's cost.

Namespace Plantain, dimension `service` (the stack); JobsEnded also by `state` and `code` ("none" for a success),
KieErrors also by `kind`, CreatesPaused by `by`.
"""

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from plantain.job import Job

NAMESPACE = "Plantain"


def count_end(job: Job) -> None:
    """A job has just become final: JobsEnded, Credits, and of a success SecondsToImage, from request to bucket."""
    assert job.ended_at is not None
    counted = EphemeralMetrics(namespace=NAMESPACE)
    counted.add_dimension("state", job.state)
    counted.add_dimension("code", job.failure.code if job.failure else "none")
    counted.add_metric("JobsEnded", MetricUnit.Count, 1)
    _write(counted, job.task_id)

    measured = EphemeralMetrics(namespace=NAMESPACE)
    measured.add_metric("Credits", MetricUnit.Count, (job.credits or 0) if job.charged == "yes" else 0)
    if job.state == "success":
        measured.add_metric("SecondsToImage", MetricUnit.Seconds, (job.ended_at - job.created_at) / 1000)
    _write(measured, job.task_id)


def count_polls(task_id: str, polls: int) -> None:
    """How often Kie.ai was asked until it told an outcome."""
    counted = EphemeralMetrics(namespace=NAMESPACE)
    counted.add_metric("PollsPerJob", MetricUnit.Count, polls)
    _write(counted, task_id)


def count_kie_error(kind: str) -> None:
    """Kie.ai has refused, put off or not answered a call; alone and by its kind."""
    for dimensions in ({}, {"kind": kind}):
        counted = EphemeralMetrics(namespace=NAMESPACE)
        for name, value in dimensions.items():
            counted.add_dimension(name, value)
        counted.add_metric("KieErrors", MetricUnit.Count, 1)
        counted.flush_metrics()


def measure_open(jobs: int, *, oldest: float, in_doubt: int, balance: float | None) -> None:
    """How many jobs have not ended, the age of the oldest (s), how many may have cost money and nobody knows, and
    the credits left at Kie.ai where it has told."""
    measured = EphemeralMetrics(namespace=NAMESPACE)
    measured.add_metric("OpenJobs", MetricUnit.Count, jobs)
    measured.add_metric("OldestOpenJobSeconds", MetricUnit.Seconds, oldest)
    measured.add_metric("UnknownOutcomes", MetricUnit.Count, in_doubt)
    if balance is not None:
        measured.add_metric("Balance", MetricUnit.Count, balance)
    measured.flush_metrics()


def count_paused(task_id: str, by: str) -> None:
    """A job waits because creates are paused: CreatesPaused, by who has paused them (pace/pausing.py)."""
    counted = EphemeralMetrics(namespace=NAMESPACE)
    counted.add_dimension("by", by)
    counted.add_metric("CreatesPaused", MetricUnit.Count, 1)
    _write(counted, task_id)


def measure_budget(percent: float) -> None:
    """How far a budget is used, of those that a job which has ended is part of."""
    measured = EphemeralMetrics(namespace=NAMESPACE)
    measured.add_metric("BudgetPercent", MetricUnit.Percent, percent)
    measured.flush_metrics()


def _write(metrics: EphemeralMetrics, task_id: str) -> None:
    metrics.add_metadata("task_id", task_id)
    metrics.flush_metrics()
