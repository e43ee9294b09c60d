"""The newest picture of a schedule under a name that stays: replaced by a success, and by none that is older."""

from botocore.exceptions import ClientError

from plantain.image_format import FORMATS
from plantain.images import Images, images
from plantain.job import Job
from plantain.run_id import request_of_first, run_of

_TRIES = 5
# What S3 answers where somebody else was faster: the object is another one, or gone, or being written.
_FASTER = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


def keep_latest(job: Job) -> str | None:
    """Put the first image of a request's first job beside its runs; returns the key, None if nothing is to do.

    `schedules/{name}/latest.{ext}` is that of the first request, `latest-2.{ext}` that of the second.
    """
    run = run_of(job.group) if job.group else None
    number = request_of_first(job.member) if job.member else None
    if job.door != "schedule" or run is None or number is None or not job.images:
        return None
    name, planned = run
    stem = f"schedules/{name}/latest" + (f"-{number}" if number > 1 else "")
    image = job.images[0]
    key = f"{stem}.{image.key.rpartition('.')[2]}"
    if not _replaced(images(), key, image.key, image.content_type, job.task_id, planned):
        return None
    # A run that came out in another format would leave its forerunner's picture standing as if it were new.
    for other in (f"{stem}.{kind.extension}" for kind in FORMATS):
        if other != key and (found := images().latest_at(other)) and found.planned < planned:
            images().delete(other)
    return key


def _replaced(images: Images, key: str, source: str, content_type: str, task_id: str, planned: str) -> bool:
    for tries in range(_TRIES):
        found = images.latest_at(key)
        if found and found.planned >= planned:
            return False
        try:
            images.put_latest(key, source, content_type, task_id, planned, found)
            return True
        except ClientError as error:
            if error.response["Error"]["Code"] not in _FASTER or tries == _TRIES - 1:
                raise
    return False
