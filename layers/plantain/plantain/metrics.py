"""The only module that writes metrics: CloudWatch's embedded metric format, in the log, at no call's cost.

Namespace Plantain, dimension `service`; JobsEnded also by `state` and `code` ("none" for a success).
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


def _write(metrics: EphemeralMetrics, task_id: str) -> None:
    metrics.add_metadata("task_id", task_id)
    metrics.flush_metrics()
