"""An image judged while its bytes pass: all of them pass, the last one only if the whole is good."""

import hashlib
from collections.abc import Iterator

import pytest

from plantain.errors import TryAgainLater, UnusableResult
from plantain.images import check as image_check
from plantain.images.check import MAX_PIXELS, SMALLEST_IMAGE_BYTES, ImageCheck
from plantain.images.format import HEAD_BYTES, PNG, WEBP
from plantain.job import StoredImage

PIECE = 65_536


def png(width: int = 2, height: int = 3, pixels: int = 100) -> bytes:
    chunks = (
        (b"IHDR", width.to_bytes(4) + height.to_bytes(4) + b"\0" * 5),
        (b"IDAT", b"\7" * pixels),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + kind + data + b"\0" * 4 for kind, data in chunks
    )


def pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


def passed(data: bytes, declared_size: int | None = None) -> bytes:
    return b"".join(ImageCheck(pieces(data), declared_size).passing())


def test_every_byte_passes_unchanged_and_is_counted() -> None:
    data = png(pixels=3 * HEAD_BYTES)
    check = ImageCheck(pieces(data), len(data))

    assert b"".join(check.passing()) == data
    sha256 = hashlib.sha256(data).hexdigest()
    assert check.stored_at("a.png") == StoredImage("a.png", "image/png", len(data), sha256, 2, 3)


@pytest.mark.parametrize("size", [200, HEAD_BYTES, 3 * HEAD_BYTES])
@pytest.mark.parametrize("declared", [True, False])
def test_an_image_that_is_cut_never_passes_whole(size: int, declared: bool) -> None:
    data = png(pixels=size)
    check = ImageCheck(pieces(data[:-1]), len(data) if declared else None)
    through: list[bytes] = []

    with pytest.raises(TryAgainLater) as cut:
        through.extend(check.passing())

    assert cut.value.code == "result-incomplete"
    assert sum(map(len, through)) < len(data) - 1


def test_one_that_is_longer_than_declared_is_not_believed() -> None:
    with pytest.raises(TryAgainLater):
        passed(png(), len(png()) - 1)


@pytest.mark.parametrize("declared", [True, False])
def test_an_image_may_be_as_large_as_the_limit(monkeypatch: pytest.MonkeyPatch, declared: bool) -> None:
    data = png()
    size = len(data) if declared else None
    monkeypatch.setattr(image_check, "MAX_IMAGE_BYTES", len(data))
    assert passed(data, size) == data

    monkeypatch.setattr(image_check, "MAX_IMAGE_BYTES", len(data) - 1)
    with pytest.raises(UnusableResult) as too_large:
        passed(data, size)
    assert too_large.value.code == "result-too-large"


@pytest.mark.parametrize("size", [(1, 1), (20_000, 5_000), (5_000, 20_000)])
def test_an_image_may_have_as_many_pixels_as_the_limit(size: tuple[int, int]) -> None:
    assert size[0] * size[1] <= MAX_PIXELS == 100_000_000
    assert passed(png(*size))


@pytest.mark.parametrize(
    ("size", "code"),
    [
        ((20_000, 5_001), "result-too-large"),
        ((5_001, 20_000), "result-too-large"),
        ((0, 1), "result-not-an-image"),
        ((1, 0), "result-not-an-image"),
    ],
)
def test_a_header_that_cannot_be_kept_is_refused_at_once(size: tuple[int, int], code: str) -> None:
    with pytest.raises(UnusableResult) as refused:
        ImageCheck(pieces(png(*size)))

    assert refused.value.code == code


def test_the_format_is_known_by_as_many_bytes_as_its_longest_header_has() -> None:
    head = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\1\0\0\2\0\0"
    assert len(head) == SMALLEST_IMAGE_BYTES

    assert ImageCheck(pieces(head)).kind is WEBP
    assert ImageCheck(pieces(png()[:SMALLEST_IMAGE_BYTES])).kind is PNG
    with pytest.raises(TryAgainLater) as cut:
        ImageCheck(pieces(head[:-1]))
    assert cut.value.code == "result-incomplete"
