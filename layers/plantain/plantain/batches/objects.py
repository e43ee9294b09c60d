"""The only module that knows where the files of a batch lie: `batches/{batchId}/` in the images bucket.

`rows.jsonl` has every row as it was checked, `index.csv` where those lie that can be made, `errors.jsonl` the
others, `results.jsonl` what has become of all.
"""

import os
from collections.abc import Iterator
from functools import cache
from typing import IO, Any, Literal

from plantain.aws import client
from plantain.images.bucket import MARK, Link, images

Name = Literal["rows.jsonl", "index.csv", "errors.jsonl", "results.jsonl"]
_PIECE_BYTES = 64 * 1024


class BatchObjects:
    """The files of batches."""

    def __init__(self, bucket: str, s3: Any) -> None:
        self._bucket = bucket
        self._s3 = s3

    def put(self, batch_id: str, name: Name, content: IO[bytes]) -> None:
        """Write a file from its beginning, in place of what an earlier try has left."""
        content.seek(0)
        self._s3.put_object(
            Bucket=self._bucket,
            Key=_object_key(batch_id, name),
            Body=content,
            ContentType="text/csv" if name.endswith(".csv") else "application/jsonl",
            Metadata={MARK: batch_id},
        )

    def part(self, batch_id: str, name: Name, first: int, last: int) -> bytes:
        """These bytes of a file, both ends included."""
        answer = self._s3.get_object(
            Bucket=self._bucket, Key=_object_key(batch_id, name), Range=f"bytes={first}-{last}"
        )
        content: bytes = answer["Body"].read()
        return content

    def lines(self, batch_id: str, name: Name) -> Iterator[bytes]:
        """The lines of a file as they come."""
        answer = self._s3.get_object(Bucket=self._bucket, Key=_object_key(batch_id, name))
        yield from answer["Body"].iter_lines(_PIECE_BYTES)

    def link(self, batch_id: str, name: Name) -> Link:
        """A fresh presigned link, good for an hour."""
        return images().link(_object_key(batch_id, name))


def _object_key(batch_id: str, name: Name) -> str:
    return f"batches/{batch_id}/{name}"


@cache
def batch_objects() -> BatchObjects:
    """The configured bucket, reached at first use."""
    return BatchObjects(os.environ["IMAGES_BUCKET"], client("s3"))
