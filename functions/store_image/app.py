"""Copy a finished task's images into the bucket; only then is the job a success."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.errors import EarlierImageGone, TryAgainLater, UnusableResult
from plantain.images.bucket import images
from plantain.images.manifests import manifest_key, manifest_of
from plantain.images.writer import image_writer
from plantain.job import Job, StoredImage, now_ms
from plantain.jobs.failures import recording
from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.network.downloads import downloads
from plantain.steps.copying import copied
from plantain.steps.replay_cache import draw_instead
from plantain.steps.storing import MAY_PASS, SOME_MISSING, store

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in and out. A retry finds what an earlier run has stored.

    Raises EarlierImageGone where there was an image to copy: then the job is to be drawn after all."""
    job = jobs().get(event["taskId"])
    if job.state == "success":
        return {"taskId": job.task_id}
    stored = _copy(job) if job.is_cached else _store(job)
    images().put_manifest(manifest_key(job), manifest_of(job, stored, stored_at=now_ms()))
    jobs().succeed(job, stored)
    left_out = 0 if job.is_cached else len(job.result_urls) - len(stored)
    size = sum(image.size for image in stored)
    logger.info("stored", task_id=job.task_id, size=size, left_out=left_out, cached=job.is_cached)
    return {"taskId": job.task_id}


def _copy(job: Job) -> tuple[StoredImage, ...]:
    assert job.cached_from is not None
    try:
        return copied(job, jobs().get(job.cached_from), images(), image_writer())
    except EarlierImageGone:
        draw_instead(job)
        raise


def _store(job: Job) -> tuple[StoredImage, ...]:
    seen = job.unusable_seen_at
    waited_ms = 0 if seen is None else now_ms() - seen
    try:
        with recording(jobs(), job, UnusableResult):
            return store(job, downloads(), image_writer(), kie(), waited_ms=waited_ms)
    except TryAgainLater as error:
        if error.code in (*MAY_PASS, SOME_MISSING):
            jobs().note_unusable(job)
        raise
