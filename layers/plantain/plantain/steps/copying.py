"""Gives a job the image that an earlier one has: the same bytes once more, in the place where it belongs."""

from collections.abc import Iterator

from plantain.errors import EarlierImageGone, TryAgainLater, UnusableResult
from plantain.images.bucket import Images, image_key
from plantain.images.check import ImageCheck
from plantain.images.writer import ImageWriter
from plantain.job import Job, StoredImage


def copied(job: Job, earlier: Job, images: Images, writer: ImageWriter) -> tuple[StoredImage, ...]:
    """The images of `earlier` as this job's own; a repeat finds what an earlier run has copied.

    Raises EarlierImageGone if one is no longer there as it was stored, and TryAgainLater.
    """
    gone = [image for image in earlier.images if images.size_at(image.key) != image.size]
    if gone or not earlier.images:
        raise EarlierImageGone
    try:
        # Before the first is copied: where one is not, all are drawn anew, and none may lie in their place.
        for image in earlier.images[1:]:
            for _ in _as_stored(image, ImageCheck(writer.kept(image.key), image.size)):
                pass
        return tuple(_copied(job, number, image, writer) for number, image in enumerate(earlier.images, start=1))
    except UnusableResult:
        raise EarlierImageGone from None
    except TryAgainLater as error:
        # All that lies there has come, and it is no whole image.
        if error.code == "result-incomplete":
            raise EarlierImageGone from None
        raise


def _copied(job: Job, number: int, image: StoredImage, writer: ImageWriter) -> StoredImage:
    check = ImageCheck(writer.kept(image.key), image.size)
    key = image_key(job, number, check.kind.extension)
    if not writer.put(key, check.kind, image.size, _as_stored(image, check), job.task_id):
        check = ImageCheck(writer.kept(key))
        for _ in check.passing():
            pass
    return check.stored_at(key)


def _as_stored(image: StoredImage, check: ImageCheck) -> Iterator[bytes]:
    """The bytes that pass, the last of them only if all are those that were stored. Raises EarlierImageGone."""
    held = b""
    for piece in check.passing():
        if held:
            yield held
        held = piece
    if check.stored_at(image.key).sha256 != image.sha256:
        raise EarlierImageGone
    yield held
