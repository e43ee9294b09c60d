"""The only module that knows where images are kept: the bucket, its keys, and the links to what lies there.

An image is streamed into the bucket in one PUT that never overwrites. botocore signs a payload before it sends
one, which a stream does not allow over plain http, so the PUT is a presigned one sent by the HTTP client.
"""

import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import TryAgainLater
from plantain.image_format import ImageFormat
from plantain.job import Job, now_ms

LINK_SECONDS = 3600
_PUT_SECONDS = 300
_TIMEOUT = httpx.Timeout(connect=5, read=30, write=30, pool=5)
_LIMITS = httpx.Limits(max_keepalive_connections=0)  # a kept one may be dead when the container wakes


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned link to one of our objects; `expires_at` in ms since the epoch."""

    url: str
    expires_at: int


class Images:
    """The images bucket."""

    def __init__(self, bucket: str, s3: Any, transport: httpx.BaseTransport | None = None) -> None:
        self._bucket = bucket
        self._s3 = s3
        self._http = httpx.Client(timeout=_TIMEOUT, limits=_LIMITS, transport=transport, trust_env=False)

    def put(self, key: str, kind: ImageFormat, size: int, chunks: Iterable[bytes]) -> None:
        """Stream `size` bytes to `key`. An object that lies there already is left as it is.

        Raises TryAgainLater when S3 does not take them; whatever `chunks` raises goes through, and nothing
        is kept then.
        """
        url = self._s3.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": key, "ContentType": kind.content_type, "IfNoneMatch": "*"},
            ExpiresIn=_PUT_SECONDS,
        )
        headers = {"Content-Type": kind.content_type, "Content-Length": str(size), "If-None-Match": "*"}
        try:
            answer = self._http.put(url, content=iter(chunks), headers=headers)
        except httpx.TransportError as broken:
            raise TryAgainLater(f"S3 did not take the image ({type(broken).__name__}).", code="storage") from None
        if not answer.is_success and answer.status_code != 412:
            raise TryAgainLater(f"S3 answered HTTP {answer.status_code}.", code="storage")

    def put_manifest(self, key: str, manifest: dict[str, Any]) -> None:
        """The JSON beside an image; the first one written stays."""
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=json.dumps(manifest, indent=2, ensure_ascii=False).encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def exists(self, key: str) -> bool:
        """Whether the object is (still) there."""
        try:
            self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def link(self, key: str) -> Link:
        """A fresh presigned link, good for an hour."""
        url = self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=LINK_SECONDS
        )
        return Link(url, now_ms() + LINK_SECONDS * 1000)


def image_key(job: Job, number: int, extension: str) -> str:
    """`images/{yyyy}/{mm}/{dd}/{taskId}.{ext}`, by the job's own day (UTC): a repeat writes the same place.

    `number` counts a job's images from 1; from the second on it is part of the name.
    """
    day = dt.datetime.fromtimestamp(job.created_at / 1000, dt.UTC)
    suffix = "" if number == 1 else f"-{number}"
    return f"images/{day:%Y/%m/%d}/{job.task_id}{suffix}.{extension}"


@cache
def images() -> Images:
    """The configured bucket, reached at first use."""
    return Images(os.environ["IMAGES_BUCKET"], client("s3"))
