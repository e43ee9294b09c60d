"""The only module that knows the tag `plantain-status`: on a file in the inbox, it says how it goes with it."""

import os
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.inbox.bucket import NOTHING_THERE, named

_NAME = "plantain-status"
_MOST = 10  # S3's limit for one object


class StatusTag:
    """The tag on any file in the inbox."""

    def __init__(self, bucket: str, s3: Any) -> None:
        self._bucket = bucket
        self._s3 = s3

    def set(self, reference: str, status: str) -> None:
        """Set it among the others of an object; a version that is gone is left in peace.

        S3 takes all tags at once, so what somebody else changes at this very moment may be lost. Where there is
        no room for one more, none is set.
        """
        place = {"Bucket": self._bucket, **named(reference)}
        try:
            tags = self._s3.get_object_tagging(**place)["TagSet"]
            others = [tag for tag in tags if tag["Key"] != _NAME]
            if len(others) < _MOST:
                own = {"Key": _NAME, "Value": status}
                self._s3.put_object_tagging(**place, Tagging={"TagSet": [*others, own]})
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in NOTHING_THERE:
                raise


@cache
def status_tag() -> StatusTag:
    """That of the configured inbox, reached at first use."""
    return StatusTag(os.environ["INBOX_BUCKET"], client("s3"))
