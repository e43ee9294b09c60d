"""Walks an image as its bytes pass and tells whether it has ended, by its own structure and not by its last bytes.

Nothing but padding may follow the end: a file that goes on is not, or not only, an image. Memory stays constant.
Sources: PNG (W3C, third edition, 5), WebP (RFC 9649, 2.3). JPEG is walked in images/jpeg_end.py.
"""

import re
from abc import ABC, abstractmethod

# 50 MB in PNG chunks of 1 KB are half of that. Millions of empty ones would take half a minute.
MAX_PARTS = 100_000

NOT_PADDING = re.compile(rb"[^\0 \t\r\n]")
_PNG_CHUNK = re.compile(rb"[A-Za-z]{4}")


class NotOnlyAnImage(Exception):
    """The bytes are not of the form, or go on behind the image's end."""


class Walk(ABC):
    """Give it every piece of a file in order, from the first byte on; afterwards `ended` tells if it was whole."""

    def __init__(self, signature: int) -> None:
        self._skip = signature
        self._last = False  # what is skipped now ends the image
        self._parts = 0
        self._cut = b""  # the beginning of something of which the rest is in the next piece

    @property
    def ended(self) -> bool:
        """Whether the image's end has passed."""
        return self._last and not self._skip and not self._cut

    def feed(self, piece: bytes) -> None:
        """Raises NotOnlyAnImage."""
        data, at = self._cut + piece if self._cut else piece, 0
        self._cut = b""
        while at < len(data):
            step = min(self._skip, len(data) - at)
            self._skip -= step
            at += step
            if at == len(data):
                return
            read = self._behind(data, at) if self._last else self._read(data, at)
            if not read:
                self._cut = data[at:]
                return
            at += read

    def _go_over(self, size: int, *, last: bool = False) -> None:
        self._skip, self._last = size, last
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise NotOnlyAnImage

    @abstractmethod
    def _read(self, data: bytes, at: int) -> int:
        """Understand what stands at `at`; how many bytes it took, 0 if there are too few."""

    def _behind(self, data: bytes, at: int) -> int:
        """As `_read`, but behind the end."""
        if NOT_PADDING.search(data, at):
            raise NotOnlyAnImage
        return len(data) - at


class PngWalk(Walk):
    """From chunk to chunk until IEND. A chunk: length, type, data, checksum of 4 bytes."""

    def __init__(self) -> None:
        super().__init__(signature=8)
        self._has_pixels = False

    def _read(self, data: bytes, at: int) -> int:
        if len(data) - at < 8:
            return 0
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        last = kind == b"IEND"
        self._has_pixels |= kind == b"IDAT"
        if length > 0x7FFFFFFF or not _PNG_CHUNK.fullmatch(kind) or (last and not self._has_pixels):
            raise NotOnlyAnImage
        self._go_over(length + 4, last=last)
        return 8


class WebpWalk(Walk):
    """The RIFF header says how long the rest is; an odd length is followed by one byte of padding."""

    def __init__(self) -> None:
        super().__init__(signature=4)

    def _read(self, data: bytes, at: int) -> int:
        if len(data) - at < 4:
            return 0
        self._go_over(int.from_bytes(data[at : at + 4], "little"), last=True)
        return 4
