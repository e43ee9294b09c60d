"""Streams an image into the bucket in one PUT that never overwrites, and reads back what was there before.

botocore signs a payload before it sends one, which a stream does not allow over plain http, so the PUT is a
presigned one sent by the HTTP client. Apart from images/bucket.py, because only store_image needs an HTTP client.
"""

from collections.abc import Iterable, Iterator
from functools import cache

import httpx

from plantain.aws import AWS_ERRORS
from plantain.errors import TryAgainLater
from plantain.images.bucket import Images, images
from plantain.images.format import ImageFormat
from plantain.job import Job

_TIMEOUT = httpx.Timeout(connect=5, read=30, write=30, pool=5)
_LIMITS = httpx.Limits(max_keepalive_connections=0)  # a kept one may be dead when the container wakes


class ImageWriter:
    """Writes to the images bucket."""

    def __init__(self, images: Images, transport: httpx.BaseTransport | None = None) -> None:
        self._images = images
        self._http = httpx.Client(timeout=_TIMEOUT, limits=_LIMITS, transport=transport, trust_env=False)

    def put(self, key: str, kind: ImageFormat, size: int, chunks: Iterable[bytes], mark: str) -> bool:
        """Stream `size` bytes to `key`, marked as this task's. An object that lies there already stays: False.

        Raises TryAgainLater when S3 does not take them; whatever `chunks` raises goes through, and nothing
        is kept then.
        """
        url, headers = self._images.presigned_put(key, kind, mark)
        try:
            answer = self._http.put(url, content=iter(chunks), headers={**headers, "Content-Length": str(size)})
        except httpx.TransportError as broken:
            raise TryAgainLater(f"S3 did not take the image ({type(broken).__name__}).", code="storage") from None
        if not answer.is_success and answer.status_code != 412:
            raise TryAgainLater(f"S3 answered HTTP {answer.status_code}.", code="storage")
        return answer.is_success

    def keys_of(self, job: Job) -> frozenset[str]:
        """What lies in the bucket of this job. Raises what AWS raises."""
        return self._images.keys_of(job)

    def kept(self, key: str) -> Iterator[bytes]:
        """The bytes that lie at `key`. Raises TryAgainLater when S3 does not give them."""
        try:
            yield from self._images.bytes_at(key)
        except AWS_ERRORS as broken:
            raise TryAgainLater(f"S3 did not give the image ({type(broken).__name__}).", code="storage") from None


@cache
def image_writer() -> ImageWriter:
    """The writer for the configured bucket, made at first use."""
    return ImageWriter(images())
