"""The newest picture of a schedule under a name that stays: replaced by a success, and by none that is older."""

from botocore.exceptions import ClientError

from plantain.images.bucket import Images, images
from plantain.images.format import FORMATS
from plantain.job import Job
from plantain.schedules.run import folder_of, request_of_first, run_of

_TRIES = 5
# What S3 answers where somebody else was faster: the object is another one, or gone, or being written.
_FASTER = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


def keep_latest(job: Job) -> None:
    """Put the first image of a request's first job beside its runs, if no newer one is there. Safe to repeat.

    `schedules/{name}/latest.{ext}` is that of the first request, `latest-2.{ext}` that of the second.
    """
    run = run_of(job.group) if job.group else None
    number = request_of_first(job.member) if job.member else None
    if job.door != "schedule" or run is None or number is None or not job.images:
        return
    name, planned = run
    stem = f"{folder_of(name)}/latest" + (f"-{number}" if number > 1 else "")
    image = job.images[0]
    key = f"{stem}.{image.key.rpartition('.')[2]}"
    keys = [f"{stem}.{kind.extension}" for kind in FORMATS]
    if _newest(_standing(keys)) <= planned:
        _replace(images(), key, image.key, image.content_type, job.task_id, planned)
    # One format stands: another run's would look as if it were new.
    standing = _standing(keys)
    for other, when in standing.items():
        if when < _newest(standing):
            images().delete(other)


def _standing(keys: list[str]) -> dict[str, str]:
    """The planned times of the pictures that are there."""
    return {key: found.planned for key in keys if (found := images().latest_at(key))}


def _newest(standing: dict[str, str]) -> str:
    return max(standing.values(), default="")


def _replace(images: Images, key: str, source: str, content_type: str, task_id: str, planned: str) -> None:
    for tries in range(_TRIES):
        found = images.latest_at(key)
        if found and found.planned >= planned:
            return
        try:
            images.put_latest(key, source, content_type, task_id, planned, found)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in _FASTER or tries == _TRIES - 1:
                raise
