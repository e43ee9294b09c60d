"""The only module that knows the inbox's uploads: images that callers put into S3 themselves, to work from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.faults import Fault, InvalidRequest
from plantain.job import Request, now_ms
from plantain.upload_key import MAX_UPLOAD_BYTES, is_upload_key

PUT_SECONDS = 15 * 60
# Longer than any job is waited for (65 minutes by default): an input that Kie.ai fetches later is of no use.
LINK_SECONDS = 2 * 60 * 60


@dataclass(frozen=True, slots=True)
class UploadLink:
    """Where one image may be PUT, with these headers; `expires_at` in ms since the epoch."""

    url: str
    headers: Mapping[str, str]
    expires_at: int


class Uploads:
    """What lies below `uploads/` in the inbox bucket."""

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

    def fault_of(self, key: str) -> str | None:
        """Why what lies there cannot be worked from, as a clause for a person; None if it can."""
        try:
            size = self._s3.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return "has not been uploaded"
            raise
        return None if size <= MAX_UPLOAD_BYTES else f"must have at most {MAX_UPLOAD_BYTES} bytes, it has {size}"

    def get_link(self, key: str) -> str:
        """A presigned link for Kie.ai. Whoever has it can read the image: it belongs in no log and no record."""
        params = {"Bucket": self._bucket, "Key": key}
        return str(self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS))


def require_uploaded(request: Request) -> None:
    """Raises InvalidRequest, naming each input that is an upload's key with nothing of use behind it."""
    faults = []
    for number, key in enumerate(request.image_input):
        if is_upload_key(key) and (detail := uploads().fault_of(key)):
            faults.append(Fault(f"/imageInput/{number}", detail))
    if faults:
        raise InvalidRequest(*faults)


def with_links(request: Request) -> Request:
    """The same wish with links, signed now, in place of upload keys: what Kie.ai can fetch."""
    links = tuple(uploads().get_link(key) if is_upload_key(key) else key for key in request.image_input)
    return replace(request, image_input=links)


@cache
def uploads() -> Uploads:
    """The configured inbox, reached at first use."""
    return Uploads(os.environ["INBOX_BUCKET"], client("s3"))
