"""Recognising images by their bytes, held against what Pillow writes."""

import gzip
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plantain.images.end import MAX_PARTS, NotOnlyAnImage
from plantain.images.format import JPEG, PNG, WEBP, ImageFormat, format_of

KINDS: dict[str, tuple[ImageFormat, dict[str, Any]]] = {
    "png": (PNG, {"format": "PNG"}),
    "jpeg": (JPEG, {"format": "JPEG"}),
    "progressive jpeg": (JPEG, {"format": "JPEG", "progressive": True}),
    "jpeg with restarts": (JPEG, {"format": "JPEG", "restart_marker_blocks": 1}),
    "jpeg with a profile": (JPEG, {"format": "JPEG", "icc_profile": b"\xff\xd9" * 50_000}),
    "jpegs in one file": (JPEG, {"format": "MPO", "save_all": True, "append_images": [Image.new("L", (9, 9))]}),
    "webp": (WEBP, {"format": "WEBP"}),
    "lossless webp": (WEBP, {"format": "WEBP", "lossless": True}),
    "webp with metadata": (WEBP, {"format": "WEBP", "exif": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00"}),
}


def drawn(width: int, height: int, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(buffer, **options)
    return buffer.getvalue()


def is_whole(kind: ImageFormat, data: bytes, piece: int = 1000) -> bool:
    """Whether the walk has come to the end. Raises NotOnlyAnImage."""
    walk = kind.walk()
    for at in range(0, len(data), piece):
        walk.feed(data[at : at + piece])
    return walk.ended


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=15)
@given(width=st.integers(1, 300), height=st.integers(1, 300), piece=st.integers(1, 5000))
def test_kind_size_and_wholeness_are_read_from_the_bytes(name: str, width: int, height: int, piece: int) -> None:
    kind, options = KINDS[name]
    data = drawn(width, height, **options)

    assert format_of(data) is kind
    assert kind.dimensions(data) == (width, height)
    assert is_whole(kind, data, piece)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("piece", [7, 65_536])
def test_an_image_cut_anywhere_is_not_whole(name: str, piece: int) -> None:
    kind, options = KINDS[name]
    data = drawn(48, 48, **options).rstrip(b"\0")
    for length in [*range(len(data) - 1, 40, -max(1, len(data) // 50)), 1, 0]:
        assert not is_whole(kind, data[:length], piece), length


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("padding", [b"\n", b"\r\n\t ", b"\0" * 4096])
def test_padding_behind_the_end_does_no_harm(name: str, padding: bytes) -> None:
    kind, options = KINDS[name]

    assert is_whole(kind, drawn(64, 64, **options) + padding)


BEHIND = {
    "a zip": b"PK\x03\x04",
    "a page": b"\n<html><script>alert(1)</script>",
    "a second image": drawn(8, 8, format="PNG"),
    "one letter": b"x",
    "padding and a letter": b"\0" * 5000 + b"x",
    "an end of its own": b"IEND\xaeB`\x82\xff\xd9",
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
@pytest.mark.parametrize("piece", [1, 1000, 1_000_000])
def test_a_file_that_goes_on_is_not_only_an_image(name: str, behind: bytes, piece: int) -> None:
    kind, options = KINDS[name]

    with pytest.raises(NotOnlyAnImage):
        is_whole(kind, drawn(64, 64, **options) + behind, piece)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + kind + data + b"\0" * 4 for kind, data in chunks
    )


def test_an_end_inside_of_a_png_chunk_is_not_the_end_of_the_image() -> None:
    hidden = png((b"tEXt", png((b"IEND", b""))), (b"IDAT", b""))

    assert not is_whole(PNG, hidden)
    assert not is_whole(PNG, png((b"tEXt", b"\0\0\0\0IEND\xaeB`\x82"))[:-4])
    assert is_whole(PNG, hidden + png((b"IEND", b""))[8:])


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_image() -> None:
    segment = b"Exif\x00\x00" + drawn(32, 32, format="JPEG")
    whole = drawn(400, 300, format="JPEG")
    data = whole[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment + whole[2:]

    assert JPEG.dimensions(data) == (400, 300)
    assert is_whole(JPEG, data)
    assert not is_whole(JPEG, data[:-20])


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (PNG, png((b"IH\0R", b"x"))),
        (PNG, b"\x89PNG\r\n\x1a\n" + b"\x80\0\0\0IHDR"),
        (PNG, b"\x89PNG\r\n\x1a\n<svg xmlns='http://www.w3.org/2000/svg'/>"),
        (JPEG, b"\xff\xd8\xff\xe0\x00\x01"),
        (WEBP, b"RIFF\x04\x00\x00\x00WEBPVP8 and more"),
    ],
)
def test_what_is_not_of_the_form_is_told_at_once(kind: ImageFormat, data: bytes) -> None:
    with pytest.raises(NotOnlyAnImage):
        is_whole(kind, data)


SMALL = drawn(16, 16, format="JPEG")
PIXELS = SMALL.index(b"\xff\xda")  # where the scan begins
NOTHING = b"\xff\xe0\x00\x02"  # an empty segment


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
@pytest.mark.parametrize("between", [b"", b"\0" * 50])
def test_jpegs_may_follow_a_jpeg_and_must_be_whole(piece: int, between: bytes) -> None:
    data = SMALL + between + drawn(32, 32, format="JPEG", progressive=True) + between + SMALL

    assert is_whole(JPEG, data, piece)
    for cut in (1, 2, 100, len(SMALL) - 1, len(SMALL) - 2):
        assert not is_whole(JPEG, data[:-cut], piece), cut
    with pytest.raises(NotOnlyAnImage):
        is_whole(JPEG, data + b"<html>", piece)
    with pytest.raises(NotOnlyAnImage):
        is_whole(JPEG, data + b"\xff\xd8\xff\xd9", piece)


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
def test_fill_may_stand_before_any_marker(piece: int) -> None:
    data = SMALL[:2] + b"\xff" * 9 + SMALL[2:PIXELS] + b"\xff" * 5000 + SMALL[PIXELS:-2] + b"\xff" * 9 + SMALL[-2:]

    assert is_whole(JPEG, data, piece)
    assert JPEG.dimensions(data) == (16, 16)


@pytest.mark.parametrize("between", [NOTHING, b"\xff\x01"], ids=["an empty segment", "a marker alone"])
def test_what_says_nothing_may_stand_between_two_segments(between: bytes) -> None:
    assert is_whole(JPEG, SMALL[:2] + between + SMALL[2:])


@pytest.mark.parametrize("piece", [1, 1000])
def test_a_segment_may_stand_between_the_last_scan_and_the_end(piece: int) -> None:
    assert is_whole(JPEG, SMALL[:-2] + b"\xff\xfe\x00\x05end\xff\xd9", piece)


EMPTY_CHUNK = b"\0\0\0\0tEXt\0\0\0\0"
NOT_OF_THE_FORM = {
    "a page between two segments": (JPEG, SMALL[:PIXELS] + b"<html>" + SMALL[PIXELS:]),
    "a page before the first segment": (JPEG, SMALL[:2] + b"<html>" + SMALL[2:]),
    "a segment without its marker": (JPEG, SMALL[:2] + NOTHING[1:] + SMALL[2:]),
    "a jpeg without a scan": (JPEG, SMALL[:PIXELS] + b"\xff\xd9"),
    "a jpeg in a jpeg": (JPEG, SMALL[:PIXELS] + SMALL),
    "a marker that there is not": (JPEG, SMALL[:PIXELS] + b"\xff\x02" + SMALL[PIXELS:]),
    "a png without pixels": (PNG, png((b"IHDR", b"\0" * 13), (b"IEND", b""))),
    "a million markers": (JPEG, SMALL[:2] + b"\xff\x01" * 1_000_000),
    "a million segments": (JPEG, SMALL[:2] + NOTHING * 1_000_000),
    "a million scans": (JPEG, SMALL[:2] + b"\xff\xda\x00\x02" * 1_000_000),
    "a million jpegs": (JPEG, b"\xff\xd8\xff\xda\x00\x02\xff\xd9" * 1_000_000),
    "a million chunks": (PNG, png() + EMPTY_CHUNK * 1_000_000),
}


@pytest.mark.parametrize(("kind", "data"), NOT_OF_THE_FORM.values(), ids=NOT_OF_THE_FORM)
def test_what_only_begins_like_an_image_is_none(kind: ImageFormat, data: bytes) -> None:
    with pytest.raises(NotOnlyAnImage):
        is_whole(kind, data, 65_536)


def test_a_png_in_small_chunks_is_walked_to_its_end() -> None:
    assert is_whole(PNG, png(*[(b"IDAT", b"\0" * 512)] * (MAX_PARTS - 1), (b"IEND", b"")), 65_536)
    with pytest.raises(NotOnlyAnImage):
        is_whole(PNG, png(*[(b"IDAT", b"")] * MAX_PARTS, (b"IEND", b"")), 65_536)


def test_a_png_chunk_may_be_as_long_as_the_standard_says() -> None:
    assert not is_whole(PNG, png() + b"\x7f\xff\xff\xffIDAT")


@pytest.mark.parametrize(
    ("kind", "head", "size"),
    [
        (PNG, png((b"IHDR", b"\1\0\0\2\1\0\0\3"))[:24], (0x01000002, 0x01000003)),
        (PNG, png((b"IDAT", b"\0\0\0\2\0\0\0\3")), None),
        (JPEG, b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x03\x00\x02", (2, 3)),
        (WEBP, b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\1\0\0\2\0\0", (2, 3)),
    ],
    ids=["png", "png without a header", "jpeg", "webp"],
)
def test_a_size_is_read_from_no_more_than_its_header(
    kind: ImageFormat, head: bytes, size: tuple[int, int] | None
) -> None:
    assert kind.dimensions(head) == size
    assert kind.dimensions(head[:-1]) is None


@pytest.mark.parametrize(("lossless", "at"), [(True, 20), (False, 23)])
def test_a_webp_without_its_start_code_has_no_size(lossless: bool, at: int) -> None:
    data = drawn(8, 8, format="WEBP", lossless=lossless)

    assert WEBP.dimensions(data) == (8, 8)
    assert WEBP.dimensions(data[:at] + b"\0" + data[at + 1 :]) is None


GIF = b"GIF89a/*\x00\x00\x00\x00\x00*/=1;alert(1)//"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        GIF,
        b"RIFF1234WAVE",
        b"BM",
        b"%PDF-1.7",
        b"\xef\xbb\xbf" + drawn(8, 8, format="PNG"),
        b"\n" + drawn(8, 8, format="JPEG"),
        gzip.compress(drawn(8, 8, format="PNG")),
    ],
)
def test_anything_else_is_not_an_image_we_keep(data: bytes) -> None:
    assert format_of(data) is None


def fed(kind: ImageFormat, data: bytes) -> Iterator[None]:
    walk = kind.walk()
    for at in range(0, len(data), 7):
        walk.feed(data[at : at + 7])
        assert len(walk._cut) < 16
        yield


@given(tail=st.binary(max_size=400))
def test_a_broken_file_gives_no_crash_and_takes_no_memory(tail: bytes) -> None:
    for magic in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP", b"RIFF\xff\xff\xff\x7fWEBP"):
        kind = format_of(magic + tail)
        assert kind is not None
        size = kind.dimensions(magic + tail)
        assert size is None or len(size) == 2
        try:
            list(fed(kind, magic + tail))
        except NotOnlyAnImage:
            continue
