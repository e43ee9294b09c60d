"""A create that is due while creates are paused: it waits, or finds out that the pause is over."""

from aws_lambda_powertools import Logger

from plantain.errors import KieKeyMissing, KieKeyRejected, Misconfigured, TryAgainLater
from plantain.job import Job
from plantain.jobs.failures import recording
from plantain.kie.api import Kie
from plantain.metrics import count_paused
from plantain.pace.pausing import covers, pausing, wait_seconds

logger = Logger()


def paused_seconds(job: Job, kie: Kie) -> int:
    """How long to wait because creates are paused; 0 if they are not, or no longer, by what this one has seen."""
    if (paused := pausing().now()) is None:
        return 0
    if pausing().may_look(paused):
        try:
            with recording(job, Misconfigured, seen=job):
                covered = covers(kie.credits(), job)
            if covered:
                pausing().resume(paused)
                logger.info("creates go on", task_id=job.task_id)
                return 0
        except (TryAgainLater, KieKeyRejected, KieKeyMissing) as error:
            logger.warning("the balance cannot be seen", task_id=job.task_id, code=error.code)
    count_paused(job.task_id, paused.by)
    return wait_seconds(paused)
