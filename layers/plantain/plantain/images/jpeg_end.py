"""Walks a JPEG to its end, and on through the JPEGs that may follow: a second view, a map of its brightness.

Sources: ITU T.81, annex B; CIPA DC-007 (several images in one file).
"""

import re

from plantain.images.end import NOT_PADDING, NotOnlyAnImage, Walk

_START = b"\xff\xd8\xff"
_FILL = re.compile(rb"\xff*")
# A byte FF in the image data itself is followed by 00, by a restart marker (D0-D7) or by another FF.
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a segment behind them
_SEGMENTS = {*range(0xC0, 0xFF)} - _ALONE - {0xD8, 0xD9}
_SCAN = 0xDA
_END = 0xD9


class JpegWalk(Walk):
    """From marker to marker until the end marker; thumbnails lie inside of segments, which are gone over.

    Marker follows marker, but for the image data behind each scan's header: there the next one is searched for.
    """

    def __init__(self) -> None:
        super().__init__(signature=2)
        self._in_data = self._has_data = False

    def _read(self, data: bytes, at: int) -> int:
        start = self._last_of_fill(data, at)
        if start is None:
            return len(data) - at
        marker, end = data[start + 1 : start + 2], start + 2
        if not marker:
            return start - at
        if marker[0] == _END and self._has_data:
            self._go_over(0, last=True)
        elif marker[0] in _ALONE:
            self._go_over(0)
        elif marker[0] not in _SEGMENTS:
            raise NotOnlyAnImage
        elif len(data) - end < 2:
            return start - at
        else:
            self._go_over(_segment_length(data, end))
            self._in_data = marker[0] == _SCAN
            self._has_data |= self._in_data
        return end - at

    def _last_of_fill(self, data: bytes, at: int) -> int | None:
        """Where the FF of the next marker stands (any number of them may come before); None if not in `data`."""
        if self._in_data:
            found = _MARKER.search(data, at)
            if found:
                return found.start()
            return len(data) - 1 if data.endswith(b"\xff") else None
        if data[at] != 0xFF:
            raise NotOnlyAnImage
        fill = _FILL.match(data, at)
        assert fill
        return fill.end() - 1

    def _behind(self, data: bytes, at: int) -> int:
        """Padding, and after it perhaps one more JPEG."""
        found = NOT_PADDING.search(data, at)
        if not found:
            return len(data) - at
        beginning = data[found.start() : found.start() + len(_START)]
        if not _START.startswith(beginning):
            raise NotOnlyAnImage
        if len(beginning) < len(_START):
            return found.start() - at
        self._in_data = self._has_data = False
        self._go_over(0)
        return found.start() + 2 - at


def _segment_length(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at : at + 2])
    if length < 2:
        raise NotOnlyAnImage
    return length
