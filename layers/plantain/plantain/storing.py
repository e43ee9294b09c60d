"""Copies a finished task's images into the bucket, byte for byte, checking them as they pass.

The last piece is held back until the whole has been checked: a PUT that ends early keeps nothing, so a broken
or oversized image leaves no object behind. No image is ever in memory as a whole.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain

from plantain.downloads import Downloads
from plantain.errors import TryAgainLater, UnusableResult
from plantain.image_end import NotOnlyAnImage
from plantain.image_format import HEAD_BYTES, ImageFormat, format_of
from plantain.image_writer import ImageWriter
from plantain.images import image_key
from plantain.job import Job, StoredImage
from plantain.kie import Kie

MAX_IMAGE_BYTES = 50_000_000
MAX_PIXELS = 100_000_000
MAY_PASS = ("result-gone", "result-not-an-image")
SMALLEST_IMAGE_BYTES = 30  # what the header of the longest format takes


def store(
    job: Job, downloads: Downloads, writer: ImageWriter, kie: Kie, *, patient: bool = False
) -> tuple[StoredImage, ...]:
    """All the job's result URLs, in order; of several, the unusable are left out.

    Raises TryAgainLater, and UnusableResult if none can be used. While `patient`, what may pass (a page of the
    edge in the image's place, a 404) is no verdict yet but TryAgainLater: the image is paid for.
    """
    stored: list[StoredImage] = []
    unusable: list[UnusableResult] = []
    for number, url in enumerate(job.result_urls, start=1):
        try:
            stored.append(_store_or_rescue(job, number, url, downloads, writer, None if patient else kie))
        except UnusableResult as error:
            if patient and error.code in MAY_PASS:
                raise TryAgainLater(str(error), code=error.code) from None
            unusable.append(error)
    if not stored:
        raise unusable[0]
    return tuple(stored)


def _store_or_rescue(
    job: Job, number: int, url: str, downloads: Downloads, writer: ImageWriter, kie: Kie | None
) -> StoredImage:
    """Before a result is believed to be gone, Kie.ai is asked for a fresh link to it, once."""
    try:
        return _store_one(job, number, url, downloads, writer)
    except UnusableResult as error:
        link = kie.fresh_link(url) if kie and error.code == "result-gone" else None
        if link is None:
            raise
    return _store_one(job, number, link, downloads, writer)


def _store_one(job: Job, number: int, url: str, downloads: Downloads, writer: ImageWriter) -> StoredImage:
    with downloads.open(url) as download:
        if download.declared_size is not None and download.declared_size > MAX_IMAGE_BYTES:
            raise _too_large()
        pieces = download.chunks()
        head = _head(pieces)
        kind, (width, height) = _recognise(head)
        check = _PassingCheck(kind, declared_size=download.declared_size)
        key = image_key(job, number, kind.extension)
        _put(writer, key, check, chain([head], pieces))
    return StoredImage(key, kind.content_type, check.size, check.sha256.hexdigest(), width, height)


def _put(writer: ImageWriter, key: str, check: "_PassingCheck", pieces: Iterable[bytes]) -> None:
    """Straight through where the size is known; S3 wants it first, so otherwise by way of a file on disk."""
    passing = check.passing(pieces)
    if check.declared_size is not None:
        writer.put(key, check.kind, check.declared_size, passing)
        # S3 may answer "already there" early; the record still needs the size and hash of the whole.
        for _ in passing:
            pass
        return
    with tempfile.TemporaryFile() as spool:
        spool.writelines(passing)
        spool.seek(0)
        writer.put(key, check.kind, check.size, iter(lambda: spool.read(HEAD_BYTES), b""))


def _head(pieces: Iterator[bytes]) -> bytes:
    head = bytearray()
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head)


def _recognise(head: bytes) -> tuple[ImageFormat, tuple[int, int]]:
    if len(head) < SMALLEST_IMAGE_BYTES:
        raise TryAgainLater("The result arrived incomplete.", code="result-incomplete")
    kind = format_of(head)
    if kind is None:
        raise UnusableResult("The result is not a PNG, JPEG or WebP image.", code="result-not-an-image")
    dimensions = kind.dimensions(head)
    if dimensions is None or 0 in dimensions:
        raise UnusableResult("The result's image header is broken.", code="result-not-an-image")
    if dimensions[0] * dimensions[1] > MAX_PIXELS:
        raise UnusableResult("The result has too many pixels.", code="result-too-large")
    return kind, dimensions


class _PassingCheck:
    """Counts, hashes and judges the bytes that pass through it."""

    def __init__(self, kind: ImageFormat, declared_size: int | None) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.kind = kind
        self.declared_size = declared_size

    def passing(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes, one piece late. Raises UnusableResult or TryAgainLater before the last one."""
        held, walk = b"", self.kind.walk()
        for piece in pieces:
            if held:
                yield held
            held = piece
            self.size += len(piece)
            self.sha256.update(piece)
            if self.size > MAX_IMAGE_BYTES:
                raise _too_large()
            try:
                walk.feed(piece)
            except NotOnlyAnImage:
                raise UnusableResult("The result is not only an image.", code="result-not-an-image") from None
        if self.declared_size not in (None, self.size) or not walk.ended:
            raise TryAgainLater("The result arrived incomplete.", code="result-incomplete")
        yield held


def _too_large() -> UnusableResult:
    return UnusableResult(f"The result is larger than {MAX_IMAGE_BYTES} bytes.", code="result-too-large")
