"""Walks an image as its bytes pass and tells whether it has ended, by its own structure and not by its last bytes.

Nothing but padding may follow the end: a file that goes on is not, or not only, an image. Memory stays constant.
Sources: PNG (W3C, third edition, 5), JPEG (ITU T.81, annex B), WebP (RFC 9649, 2.3).
"""

import re
from abc import ABC, abstractmethod

_PADDING = b"\0 \t\r\n"
_PNG_CHUNK = re.compile(rb"[A-Za-z]{4}")
# A byte FF in the image data itself is followed by 00, by a restart marker (D0-D7) or by another FF.
_JPEG_MARKER = re.compile(rb"\xff[\x01\xc0-\xcf\xd8-\xfe]")
_JPEG_ALONE = (0x01, 0xD8)  # markers without a segment behind them
_JPEG_END = 0xD9


class NotOnlyAnImage(Exception):
    """The bytes are not of the form, or go on behind the image's end."""


class Walk(ABC):
    """Give it every piece of a file in order, from the first byte on; afterwards `ended` tells if it was whole."""

    def __init__(self, signature: int) -> None:
        self.ended = False
        self._skip = signature
        self._last = False  # what is skipped now ends the image
        self._cut = b""  # the beginning of something of which the rest is in the next piece

    def feed(self, piece: bytes) -> None:
        """Raises NotOnlyAnImage."""
        data, at = self._cut + piece if self._cut else piece, 0
        self._cut = b""
        while at < len(data):
            step = min(self._skip, len(data) - at)
            self._skip -= step
            at += step
            if self._skip:
                return
            if self.ended or self._last:
                self.ended = True
                if data[at:].strip(_PADDING):
                    raise NotOnlyAnImage
                return
            read = self._read(data, at)
            if not read:
                self._cut = data[at:]
                return
            at += read

    def _go_over(self, size: int, *, last: bool = False) -> None:
        self._skip, self._last = size, last
        self.ended = last and not size

    @abstractmethod
    def _read(self, data: bytes, at: int) -> int:
        """Understand what stands at `at`; how many bytes it took, 0 if there are too few."""


class PngWalk(Walk):
    """From chunk to chunk until IEND. A chunk: length, type, data, checksum of 4 bytes."""

    def __init__(self) -> None:
        super().__init__(signature=8)

    def _read(self, data: bytes, at: int) -> int:
        if len(data) - at < 8:
            return 0
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if length > 0x7FFFFFFF or not _PNG_CHUNK.fullmatch(kind):
            raise NotOnlyAnImage
        self._go_over(length + 4, last=kind == b"IEND")
        return 8


class JpegWalk(Walk):
    """From marker to marker until the end marker; thumbnails lie inside of segments, which are gone over."""

    def __init__(self) -> None:
        super().__init__(signature=2)

    def _read(self, data: bytes, at: int) -> int:
        found = _JPEG_MARKER.search(data, at)
        if not found:
            return len(data) - at - data.endswith(b"\xff")
        marker, end = data[found.start() + 1], found.end()
        if marker == _JPEG_END:
            self._go_over(0, last=True)
            return end - at
        if marker in _JPEG_ALONE:
            return end - at
        if len(data) - end < 2:
            return found.start() - at
        length = int.from_bytes(data[end : end + 2])
        if length < 2:
            raise NotOnlyAnImage
        self._go_over(length)
        return end - at


class WebpWalk(Walk):
    """The RIFF header says how long the rest is; an odd length is followed by one byte of padding."""

    def __init__(self) -> None:
        super().__init__(signature=4)

    def _read(self, data: bytes, at: int) -> int:
        if len(data) - at < 4:
            return 0
        self._go_over(int.from_bytes(data[at : at + 4], "little"), last=True)
        return 4
