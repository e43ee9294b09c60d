"""The only module that knows the inbox bucket: where people put what Plantain is to work from."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.images.bucket import MARK
from plantain.inbox.keys import key_and_version, key_of, pinned
from plantain.job import now_ms

PUT_SECONDS = 15 * 60
# Signed when the create is sent: Kie.ai fetches inputs when it begins to draw, mostly within seconds. A link dies
# with the credentials that have signed it: how long those of a function last, AWS does not promise.
LINK_SECONDS = 2 * 60 * 60
# 405 is S3's answer of a version that is a delete marker, 400 of a version id that cannot be one.
NOTHING_THERE = (400, 404, 405)
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class UploadLink:
    """Where one image may be PUT, with these headers; `expires_at` in ms since the epoch."""

    url: str
    headers: Mapping[str, str]
    expires_at: int


@dataclass(frozen=True, slots=True)
class InboxObject:
    """One version of one object. `size` in bytes; `metadata` is what its writer gave it, names in lower case.

    `etag` is the same for the same bytes, however often they are put in one piece.
    """

    key: str
    version: str
    size: int
    metadata: Mapping[str, str]
    etag: str = ""

    @property
    def reference(self) -> str:
        """It in this version, whatever is put there later."""
        return pinned(self.key, self.version)


@dataclass(frozen=True, slots=True)
class Content:
    """What lies in an object, still to be read. `size` in bytes."""

    size: int
    body: Any

    def chunks(self) -> Iterator[bytes]:
        """All of it, once, in pieces."""
        yield from self.body.iter_chunks(_PIECE_BYTES)


class Inbox:
    """The inbox bucket."""

    def __init__(self, bucket: str, s3: Any) -> None:
        self._bucket = bucket
        self._s3 = s3

    def put_link(self, key: str, content_type: str, size: int) -> UploadLink:
        """A link that takes exactly `size` bytes of this type: both are signed."""
        url = self._s3.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": key, "ContentType": content_type, "ContentLength": size},
            ExpiresIn=PUT_SECONDS,
        )
        return UploadLink(url, {"Content-Type": content_type}, now_ms() + PUT_SECONDS * 1000)

    def find(self, reference: str) -> InboxObject | None:
        """What lies at a key, or at the version that is pinned; None if nothing does."""
        try:
            head = self._s3.head_object(Bucket=self._bucket, **named(reference))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in NOTHING_THERE:
                return None
            raise
        return InboxObject(
            key_of(reference), head.get("VersionId", "null"), head["ContentLength"], head["Metadata"], head["ETag"]
        )

    def read(self, reference: str, limit: int) -> bytes:
        """The first `limit` bytes; at most all. Raises what AWS raises."""
        answer = self._s3.get_object(Bucket=self._bucket, Range=f"bytes=0-{limit - 1}", **named(reference))
        content: bytes = answer["Body"].read(limit)
        return content

    @contextmanager
    def open(self, reference: str) -> Iterator[Content]:
        """An object to stream from. Raises what AWS raises."""
        answer = self._s3.get_object(Bucket=self._bucket, **named(reference))
        with closing(answer["Body"]) as body:
            yield Content(answer["ContentLength"], body)

    def copy(self, reference: str, key: str, content_type: str) -> None:
        """The same bytes at another key, marked as Plantain's own; S3 copies them. Raises what AWS raises."""
        self._s3.copy_object(
            Bucket=self._bucket,
            Key=key,
            CopySource={"Bucket": self._bucket, **named(reference)},
            ContentType=content_type,
            Metadata={MARK: "copy"},
            MetadataDirective="REPLACE",
            TaggingDirective="REPLACE",
        )

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys below a prefix that are not in a folder further down, in order; each page costs a call."""
        token: dict[str, str] = {}
        while True:
            page = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix, Delimiter="/", **token)
            yield from (found["Key"] for found in page.get("Contents", []))
            if not page["IsTruncated"]:
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def pieces(self, reference: str) -> Iterator[bytes]:
        """All the bytes, as they come. Raises what AWS raises, also while they come."""
        with self.open(reference) as content:
            yield from content.chunks()

    def digest(self, reference: str) -> str:
        """SHA-256 of all the bytes, in hex. Raises what AWS raises."""
        digest = hashlib.sha256()
        for piece in self.pieces(reference):
            digest.update(piece)
        return digest.hexdigest()

    def put(self, key: str, content: bytes, content_type: str) -> str:
        """Write a file for a caller; returns the reference to this version of it."""
        answer = self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
        return pinned(key, answer.get("VersionId", "null"))

    def get_link(self, reference: str) -> str:
        """A presigned link for Kie.ai. Whoever has it can read the image: it belongs in no log and no record."""
        params = {"Bucket": self._bucket, **named(reference)}
        return str(self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS))


def named(reference: str) -> dict[str, str]:
    """What a reference names, as S3's operations take it."""
    key, version = key_and_version(reference)
    return {"Key": key} | ({"VersionId": version} if version else {})


@cache
def inbox() -> Inbox:
    """The configured inbox, reached at first use."""
    return Inbox(os.environ["INBOX_BUCKET"], client("s3"))
