"""Recognising images by their bytes, held against what Pillow writes."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plantain.image_format import JPEG, PNG, TAIL_BYTES, WEBP, format_of

KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "png": (PNG, {"format": "PNG"}),
    "jpeg": (JPEG, {"format": "JPEG"}),
    "progressive jpeg": (JPEG, {"format": "JPEG", "progressive": True}),
    "jpeg with a profile": (JPEG, {"format": "JPEG", "icc_profile": b"\x00" * 100_000}),
    "webp": (WEBP, {"format": "WEBP"}),
    "lossless webp": (WEBP, {"format": "WEBP", "lossless": True}),
    "webp with metadata": (WEBP, {"format": "WEBP", "exif": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00"}),
}


def drawn(width: int, height: int, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 180, 20)).save(buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=15)
@given(width=st.integers(1, 300), height=st.integers(1, 300))
def test_kind_size_and_wholeness_are_read_from_the_bytes(name: str, width: int, height: int) -> None:
    kind, options = KINDS[name]
    data = drawn(width, height, **options)

    found = format_of(data)

    assert found is kind is not None
    assert kind.dimensions(data) == (width, height)
    assert kind.is_complete(data, data[-TAIL_BYTES:], len(data))


@pytest.mark.parametrize("name", KINDS)
def test_a_cut_image_is_not_whole(name: str) -> None:
    kind, options = KINDS[name]
    data = drawn(64, 64, **options)
    for length in range(len(data) - 1, 40, -max(1, len(data) // 50)):
        cut = data[:length]
        assert not kind.is_complete(cut, cut[-TAIL_BYTES:], len(cut)), length


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("behind", [b"\n", b"\x00" * 40, b"written by a camera"])
def test_a_little_behind_the_end_does_no_harm(name: str, behind: bytes) -> None:
    kind, options = KINDS[name]
    data = drawn(64, 64, **options) + behind

    assert kind.is_complete(data, data[-TAIL_BYTES:], len(data))


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_image() -> None:
    thumbnail = drawn(32, 32, format="JPEG")
    segment = b"Exif\x00\x00" + thumbnail
    whole = drawn(400, 300, format="JPEG")
    data = whole[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment + whole[2:]
    cut = data[:-20]

    assert JPEG.dimensions(data) == (400, 300)
    assert JPEG.is_complete(data, data[-TAIL_BYTES:], len(data))
    assert not JPEG.is_complete(cut, cut[-TAIL_BYTES:], len(cut))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG", b"<html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"RIFF1234WAVE", b"BM"],
)
def test_anything_else_is_not_an_image_we_keep(data: bytes) -> None:
    assert format_of(data) is None


@given(tail=st.binary(max_size=200))
def test_a_broken_header_gives_no_size_and_no_crash(tail: bytes) -> None:
    for magic in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP"):
        kind = format_of(magic + tail)
        assert kind is not None
        size = kind.dimensions(magic + tail)
        assert size is None or len(size) == 2
