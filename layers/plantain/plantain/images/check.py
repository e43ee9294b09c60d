"""Judges an image while its bytes pass: what it is, whether it is whole, and not more than we keep."""

import hashlib
from collections.abc import Iterator

from plantain.errors import TryAgainLater, UnusableResult
from plantain.images.end import NotOnlyAnImage
from plantain.images.format import HEAD_BYTES, ImageFormat, format_of
from plantain.job import StoredImage

MAX_IMAGE_BYTES = 50_000_000
MAX_PIXELS = 100_000_000
SMALLEST_IMAGE_BYTES = 30  # what the header of the longest format takes


class ImageCheck:
    """One image, by its pieces. `kind` is known at once, `size` and the hash when all of it has passed.

    `declared_size` in bytes, None if not declared. Raises UnusableResult, and TryAgainLater for an incomplete one.
    """

    def __init__(self, pieces: Iterator[bytes], declared_size: int | None = None) -> None:
        if declared_size is not None and declared_size > MAX_IMAGE_BYTES:
            raise _too_large()
        self.declared_size = declared_size
        self.size = 0
        self._sha256 = hashlib.sha256()
        head = _head(pieces)
        self.kind, self._dimensions = _recognise(head)
        self._heads = [head]
        self._rest = pieces

    def passing(self) -> Iterator[bytes]:
        """The same bytes, one piece late: raises before the last one, and so before the image is complete."""
        held, walk = b"", self.kind.walk()
        for piece in self._pieces():
            if held:
                yield held
            held = piece
            self.size += len(piece)
            self._sha256.update(piece)
            if self.size > MAX_IMAGE_BYTES:
                raise _too_large()
            try:
                walk.feed(piece)
            except NotOnlyAnImage:
                raise UnusableResult("The result is not only an image.", code="result-not-an-image") from None
        if self.declared_size not in (None, self.size) or not walk.ended:
            raise TryAgainLater("The result arrived incomplete.", code="result-incomplete")
        yield held

    def stored_at(self, key: str) -> StoredImage:
        """What has passed, as an object in the bucket."""
        return StoredImage(key, self.kind.content_type, self.size, self._sha256.hexdigest(), *self._dimensions)

    def _pieces(self) -> Iterator[bytes]:
        while self._heads:
            yield self._heads.pop()  # which frees it: it is larger than any piece
        yield from self._rest


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


def _too_large() -> UnusableResult:
    return UnusableResult(f"The result is larger than {MAX_IMAGE_BYTES} bytes.", code="result-too-large")
