"""Bring a finished task's images into the bucket; only then is the job a success."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.images.bucket import images
from plantain.images.manifests import left_out_of
from plantain.images.writer import image_writer
from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.network.downloads import downloads
from plantain.steps.delivering import deliver

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in and out. A retry finds what an earlier run has stored.

    Raises EarlierImageGone where there was an image to copy: then the job is to be drawn after all."""
    job = jobs().get(event["taskId"])
    if job.state != "success":
        stored = deliver(job, images(), image_writer(), downloads(), kie())
        size, left_out = sum(image.size for image in stored), left_out_of(job, stored)
        logger.info("stored", task_id=job.task_id, size=size, left_out=left_out, cached=job.is_cached)
    return {"taskId": job.task_id}
