"""Fetching input images, as Kie does: jpeg, png or webp, 30 MB each, small copies kept for the drawing."""

import io
import time
from collections.abc import Iterable
from urllib.parse import urljoin

import httpx
from PIL import Image, ImageOps

from local.twin.hosts import client, may_call

LIMIT_BYTES = 30 * 1024 * 1024
SECONDS_EACH = 20.0
KEPT_EDGE = 1024  # pixels; enough for a thumbnail in a 4K picture
_REDIRECTS = 3


class CannotFetch(Exception):
    """The host may not be asked, it did not answer well, or what it gave is no image we take."""


def fetch_all(urls: Iterable[str], allowed: tuple[str, ...]) -> tuple[bytes, ...]:
    """Small copies (JPEG or PNG bytes) of every image, in order. Raises CannotFetch."""
    with client(10.0) as web:
        return tuple(small_copy(_download(web, url, allowed)) for url in urls)


def fetch_one(url: str, allowed: tuple[str, ...]) -> bytes:
    """The bytes behind one URL. Raises CannotFetch."""
    with client(10.0) as web:
        return _download(web, url, allowed)


def _download(web: httpx.Client, url: str, allowed: tuple[str, ...]) -> bytes:
    try:
        for _ in range(_REDIRECTS + 1):
            if not may_call(url, allowed):
                raise CannotFetch(f"not an allowed host: {url}")
            with web.stream("GET", url) as response:
                if response.is_redirect:
                    url = urljoin(url, response.headers.get("location", ""))
                    continue
                if response.status_code != 200:
                    raise CannotFetch(f"HTTP {response.status_code} from {url}")
                return _capped(response)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotFetch(str(error)) from error
    raise CannotFetch("too many redirects")


def _capped(response: httpx.Response) -> bytes:
    """The body, at most 30 MB and 20 s."""
    body = bytearray()
    end = time.monotonic() + SECONDS_EACH
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LIMIT_BYTES or time.monotonic() > end:
            raise CannotFetch("too large or too slow")
    return bytes(body)


def small_copy(data: bytes) -> bytes:
    """The image upright and at most 1024 pixels on an edge. Raises CannotFetch."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            image.draft("RGB", (KEPT_EDGE, KEPT_EDGE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((KEPT_EDGE, KEPT_EDGE))
            out = io.BytesIO()
            if upright.mode in ("RGBA", "LA", "PA", "P"):
                upright.convert("RGBA").save(out, "PNG", compress_level=1)
            else:
                upright.convert("RGB").save(out, "JPEG", quality=90)
    except Exception as error:  # Pillow raises many kinds for a damaged file
        raise CannotFetch(f"no jpeg, png or webp: {error}") from error
    return out.getvalue()
