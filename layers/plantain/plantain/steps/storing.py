"""Copies a finished task's images into the bucket, byte for byte, checking them as they pass.

The last piece is held back until the whole has been checked: a PUT that ends early keeps nothing, so a broken
or oversized image leaves no object behind. No image is ever in memory as a whole.
"""

import math
import tempfile
import time
from dataclasses import dataclass

from plantain.errors import PlantainError, TryAgainLater, UnusableResult
from plantain.images.bucket import image_key
from plantain.images.check import ImageCheck
from plantain.images.format import FORMATS, HEAD_BYTES
from plantain.images.writer import ImageWriter
from plantain.job import Job, StoredImage
from plantain.kie.api import Kie
from plantain.network.downloads import Downloads

# What a page of the edge, an answer of DNS or a server in disorder may be to blame for.
MAY_PASS = ("result-gone", "result-not-an-image", "result-refused")
SOME_MISSING = "result-missing"
# How long that is waited out, from the first time it was found: the image is paid for. The rest of several is
# worth more patience, because nothing is lost by it: what is stored stays.
PATIENCE_MS = 25_000
PATIENCE_WITH_THE_REST_MS = 300_000
STORE_SECONDS = 240.0  # for all downloads of one run; the function has 300
_RESCUED = ("result-gone", "result-refused")


@dataclass(frozen=True, slots=True)
class _Copying:
    """How one job's results are copied. `earlier`: its keys in the bucket. Without `kie` none is rescued."""

    job: Job
    downloads: Downloads
    writer: ImageWriter
    earlier: frozenset[str]
    kie: Kie | None

    def store(self, number: int, url: str, seconds: float) -> StoredImage:
        """What an earlier run has stored stays, and needs no link that still works; all else is fetched."""
        keys = [image_key(self.job, number, kind.extension) for kind in FORMATS]
        key = next((key for key in keys if key in self.earlier), None)
        return self._found(key) if key else self._fetch_or_rescue(number, url, seconds)

    def _fetch_or_rescue(self, number: int, url: str, seconds: float) -> StoredImage:
        """Before a result is believed to be lost, Kie.ai is asked for a fresh link to it, once."""
        end = time.monotonic() + seconds
        try:
            return self._fetch(number, url, seconds)
        except UnusableResult as error:
            link = self.kie.fresh_link(url) if self.kie and error.code in _RESCUED else None
            if link is None:
                raise
        return self._fetch(number, link, end - time.monotonic())

    def _fetch(self, number: int, url: str, seconds: float) -> StoredImage:
        with self.downloads.open(url, seconds=seconds) as download:
            check = ImageCheck(download.chunks(), download.declared_size)
            key = image_key(self.job, number, check.kind.extension)
            written = self._put(key, check)
        return check.stored_at(key) if written else self._found(key)

    def _put(self, key: str, check: ImageCheck) -> bool:
        """Straight through where the size is known; S3 wants it first, so otherwise by way of a file on disk."""
        if check.declared_size is not None:
            return self.writer.put(key, check.kind, check.declared_size, check.passing(), self.job.task_id)
        with tempfile.TemporaryFile() as spool:
            spool.writelines(check.passing())
            spool.seek(0)
            pieces = iter(lambda: spool.read(HEAD_BYTES), b"")
            return self.writer.put(key, check.kind, check.size, pieces, self.job.task_id)

    def _found(self, key: str) -> StoredImage:
        """What another run has left, before this one or beside it: the same picture in perhaps other bytes.

        It is described and never overwritten: so it does not matter which run writes the record.
        """
        check = ImageCheck(self.writer.kept(key))
        for _ in check.passing():
            pass
        return check.stored_at(key)


def store(
    job: Job, downloads: Downloads, writer: ImageWriter, kie: Kie, *, waited_ms: float = math.inf
) -> tuple[StoredImage, ...]:
    """All the job's result URLs, in order; of several, those that never come are left out.

    `waited_ms` has passed since one was first found missing in a way that is waited out. Raises TryAgainLater
    (its code in MAY_PASS or SOME_MISSING if it is such a way), UnusableResult if none can be used, and what asking
    Kie.ai for a fresh link raises.
    """
    copying = _Copying(job, downloads, writer, writer.keys_of(job), kie if waited_ms >= PATIENCE_MS else None)
    end = time.monotonic() + STORE_SECONDS
    stored: list[StoredImage] = []
    missing: list[PlantainError] = []
    for number, url in enumerate(job.result_urls, start=1):
        # To each its share of the time that is left, so that none that hangs takes it from the others.
        share = (end - time.monotonic()) / (len(job.result_urls) - number + 1)
        try:
            stored.append(copying.store(number, url, share))
        except PlantainError as error:
            missing.append(error)
    if not stored:
        raise _verdict(missing, patient=waited_ms < PATIENCE_MS)
    if waited_ms < PATIENCE_WITH_THE_REST_MS and any(map(_may_come, missing)):
        raise TryAgainLater(f"{len(missing)} of {len(job.result_urls)} are still missing.", code=SOME_MISSING)
    return tuple(stored)


def _verdict(missing: list[PlantainError], *, patient: bool) -> PlantainError:
    """The one error that stands for all: as long as any may still come, none is believed to be lost."""
    for error in missing:
        if not isinstance(error, UnusableResult):
            return error
    for error in missing:
        if patient and _may_come(error):
            return TryAgainLater(str(error), code=error.code)
    return missing[0]


def _may_come(error: PlantainError) -> bool:
    return not isinstance(error, UnusableResult) or error.code in MAY_PASS
