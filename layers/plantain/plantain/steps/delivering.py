"""Brings a job's images into the bucket, with their manifest; only then is the job a success."""

from plantain.errors import EarlierImageGone, TryAgainLater, UnusableResult
from plantain.images.bucket import Images
from plantain.images.manifests import manifest_key, manifest_of
from plantain.images.writer import ImageWriter
from plantain.job import Job, StoredImage, now_ms
from plantain.jobs.failures import recording
from plantain.jobs.table import jobs
from plantain.kie.api import Kie
from plantain.network.downloads import Downloads
from plantain.steps.copying import copied
from plantain.steps.replay_cache import draw_instead
from plantain.steps.storing import MAY_PASS, SOME_MISSING, store


def deliver(
    job: Job, images: Images, writer: ImageWriter, downloads: Downloads, kie: Kie
) -> tuple[StoredImage, ...]:
    """The images, stored now or by an earlier run.

    Raises UnusableResult, which ends the job, TryAgainLater, and EarlierImageGone where there was one to copy:
    then it is to be drawn after all.
    """
    stored = _copied(job, images, writer) if job.is_cached else _stored(job, writer, downloads, kie)
    images.put_manifest(manifest_key(job), manifest_of(job, stored, stored_at=now_ms()))
    jobs().succeed(job, stored)
    return stored


def _copied(job: Job, images: Images, writer: ImageWriter) -> tuple[StoredImage, ...]:
    assert job.cached_from is not None
    try:
        return copied(job, jobs().get(job.cached_from), images, writer)
    except EarlierImageGone:
        draw_instead(job)
        raise


def _stored(job: Job, writer: ImageWriter, downloads: Downloads, kie: Kie) -> tuple[StoredImage, ...]:
    seen = job.unusable_seen_at
    waited_ms = 0 if seen is None else now_ms() - seen
    try:
        with recording(job, UnusableResult):
            return store(job, downloads, writer, kie, waited_ms=waited_ms)
    except TryAgainLater as error:
        if error.code in (*MAY_PASS, SOME_MISSING):
            jobs().note_unusable(job)
        raise
