"""The only module that knows where images are kept: the bucket, its keys, and the links to what lies there."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.even_numbers import evened
from plantain.images.format import ImageFormat
from plantain.job import Job, now_ms

LINK_SECONDS = 3600
_PUT_SECONDS = 300
_PIECE_BYTES = 512 * 1024
# The name of the metadata that all that Plantain writes carries, so that it never takes it for a wish.
MARK = "plantain"
_PLANNED = "planned-at"


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned link to one of our objects; `expires_at` in ms since the epoch."""

    url: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Latest:
    """What lies under a schedule's name that stays: which object, and for when it was planned, as UTC text."""

    etag: str
    planned: str


class Images:
    """The images bucket."""

    def __init__(self, bucket: str, s3: Any) -> None:
        self._bucket = bucket
        self._s3 = s3

    def presigned_put(self, key: str, kind: ImageFormat, mark: str) -> tuple[str, dict[str, str]]:
        """A link that takes one PUT to `key` if nothing lies there yet, and the headers it is signed for.

        `mark` says whose it is: a task's id.
        """
        place = {"Bucket": self._bucket, "Key": key, "ContentType": kind.content_type, "IfNoneMatch": "*"}
        url = self._s3.generate_presigned_url(
            "put_object", Params=place | {"Metadata": {MARK: mark}}, ExpiresIn=_PUT_SECONDS
        )
        return url, {"Content-Type": kind.content_type, "If-None-Match": "*", f"x-amz-meta-{MARK}": mark}

    def keys_of(self, job: Job) -> frozenset[str]:
        """Whatever of the job's lies in the bucket: at most its images and the manifest."""
        prefix = image_key(job, 1, "").rstrip(".")
        found = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix).get("Contents", [])
        return frozenset(entry["Key"] for entry in found)

    def bytes_at(self, key: str) -> Iterator[bytes]:
        """The object's bytes, in pieces. Raises what AWS raises, also while they come."""
        yield from self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].iter_chunks(_PIECE_BYTES)

    def put_manifest(self, key: str, manifest: dict[str, Any]) -> None:
        """The JSON beside an image; the first one written stays."""
        text = json.dumps(evened(manifest), indent=2, ensure_ascii=False)
        self._put_once(key, text, "application/json", manifest["taskId"])

    def put_text(self, key: str, text: str, mark: str) -> None:
        """A text for people; the first one written stays. `mark` says whose it is: a task's or a report's id."""
        self._put_once(key, text, "text/plain; charset=utf-8", mark)

    def _put_once(self, key: str, text: str, content_type: str, mark: str) -> None:
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=text.encode(),
                ContentType=content_type,
                Metadata={MARK: mark},
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def latest_at(self, key: str) -> Latest | None:
        """What lies at a key that `put_latest` has written."""
        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return Latest(head["ETag"], head["Metadata"].get(_PLANNED, ""))

    def put_latest(
        self, key: str, source: str, content_type: str, mark: str, planned: str, over: Latest | None
    ) -> None:
        """Copy an image to `key`, over this object and no other, or where none lies. Raises what AWS raises."""
        condition = {"IfMatch": over.etag} if over else {"IfNoneMatch": "*"}
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=b"".join(self.bytes_at(source)),
            ContentType=content_type,
            Metadata={MARK: mark, _PLANNED: planned},
            **condition,
        )

    def delete(self, key: str) -> None:
        """Take away what lies there; its versions stay."""
        self._s3.delete_object(Bucket=self._bucket, Key=key)

    def size_at(self, key: str) -> int | None:
        """How many bytes the object has; None if there is none (any more)."""
        try:
            size: int = self._s3.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return size

    def exists(self, key: str) -> bool:
        """Whether the object is (still) there."""
        return self.size_at(key) is not None

    def link(self, key: str) -> Link:
        """A fresh presigned link, good for an hour."""
        url = self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=LINK_SECONDS
        )
        return Link(url, now_ms() + LINK_SECONDS * 1000)


def image_key(job: Job, number: int, extension: str) -> str:
    """`images/{yyyy}/{mm}/{dd}/{taskId}.{ext}`, by the job's own day (UTC): a repeat writes the same place.

    A job's own `folder` stands in place of the day's, its `stem` before the task id: `{stem}__{taskId}.{ext}`.
    `number` counts a job's images from 1; from the second on it is part of the name.
    """
    day = dt.datetime.fromtimestamp(job.created_at / 1000, dt.UTC)
    folder = job.folder or f"images/{day:%Y/%m/%d}"
    stem = f"{job.stem}__" if job.stem else ""
    suffix = "" if number == 1 else f"-{number}"
    return f"{folder}/{stem}{job.task_id}{suffix}.{extension}"


@cache
def images() -> Images:
    """The configured bucket, reached at first use."""
    return Images(os.environ["IMAGES_BUCKET"], client("s3"))
