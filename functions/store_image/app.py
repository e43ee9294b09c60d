"""Copy a finished task's images into the bucket; only then is the job a success."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.downloads import downloads
from plantain.errors import UnusableResult
from plantain.failures import recording
from plantain.image_writer import image_writer
from plantain.images import images
from plantain.job import now_ms
from plantain.jobs import jobs
from plantain.kie import kie
from plantain.manifests import manifest_key, manifest_of
from plantain.storing import store

PATIENCE = 4  # retries before an unusable result is believed

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId, retries}` in, `{taskId}` out. A retry writes the same objects once more."""
    job = jobs().get(event["taskId"])
    if job.state == "success":
        return {"taskId": job.task_id}
    with recording(jobs(), job, UnusableResult):
        stored = store(job, downloads(), image_writer(), kie(), patient=event["retries"] < PATIENCE)
    images().put_manifest(manifest_key(job), manifest_of(job, stored, stored_at=now_ms()))
    jobs().succeed(job, stored)
    logger.info("stored", task_id=job.task_id, size=sum(image.size for image in stored))
    return {"taskId": job.task_id}
