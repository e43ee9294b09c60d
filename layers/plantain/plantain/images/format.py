"""Recognises PNG, JPEG and WebP by their bytes, never by what somebody calls them.

Sources: PNG (W3C, third edition), JPEG (ITU T.81, annex B), WebP (RFC 9649).
"""

from collections.abc import Callable
from dataclasses import dataclass

from plantain.images.end import PngWalk, Walk, WebpWalk
from plantain.images.jpeg_end import JpegWalk

# As much of the head as it takes to find the size: a JPEG may carry a profile and a thumbnail before it.
HEAD_BYTES = 1024 * 1024
MAGIC_BYTES = 16  # what it takes to know the format

_SIZE_MARKERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """A format we keep: its Content-Type, our file extension, how to read its size and to find its end.

    `endings` are those of names that say the truth about it.
    """

    content_type: str
    extension: str
    endings: tuple[str, ...]
    dimensions: Callable[[bytes], tuple[int, int] | None]
    walk: Callable[[], Walk]


def _png_dimensions(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def _jpeg_dimensions(head: bytes) -> tuple[int, int] | None:
    """From the frame header: behind profiles and thumbnails, which may hold whole JPEGs of their own."""
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _SIZE_MARKERS:
            return int.from_bytes(head[at + 7 : at + 9]), int.from_bytes(head[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return None


def _webp_dimensions(head: bytes) -> tuple[int, int] | None:
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L" if head[20] == 0x2F:
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            width, height = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
            return width & 0x3FFF, height & 0x3FFF
        case _:
            return None


PNG = ImageFormat("image/png", "png", (".png",), _png_dimensions, PngWalk)
JPEG = ImageFormat("image/jpeg", "jpg", (".jpg", ".jpeg"), _jpeg_dimensions, JpegWalk)
WEBP = ImageFormat("image/webp", "webp", (".webp",), _webp_dimensions, WebpWalk)
FORMATS = (PNG, JPEG, WEBP)


def format_of(head: bytes) -> ImageFormat | None:
    """The format whose magic bytes these are, or None."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return None
