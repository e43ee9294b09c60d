"""S3 as far as Plantain's steps use it, in memory: what lies there stays where a write says so."""

import io
from typing import Any

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

Call = dict[str, Any]


class S3:
    """The operations by their names in boto3. `objects` are the bytes by bucket and key."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def create_bucket(self, call: Call) -> Call:
        return {}

    def put_bucket_versioning(self, call: Call) -> Call:
        return {}

    def put_object(self, call: Call) -> Call:
        assert call["IfNoneMatch"] == "*"
        place = call["Bucket"], call["Key"]
        if place in self.objects:
            raise _error("PreconditionFailed", 412, "PutObject")
        self.objects[place] = call["Body"]
        return {}

    def list_objects_v2(self, call: Call) -> Call:
        found = sorted(
            key for bucket, key in self.objects if bucket == call["Bucket"] and key.startswith(call["Prefix"])
        )
        return {"Contents": [{"Key": key} for key in found]} if found else {}

    def head_object(self, call: Call) -> Call:
        content = self.objects.get((call["Bucket"], call["Key"]))
        if content is None:
            raise _error("404", 404, "HeadObject")
        return {"Metadata": {}, "ContentLength": len(content)}

    def get_object(self, call: Call) -> Call:
        content = self.objects[call["Bucket"], call["Key"]]
        return {"Body": StreamingBody(io.BytesIO(content), len(content))}

    def put_once(self, key: str, content: bytes) -> int:
        """As by a presigned link of an image; the HTTP status."""
        if ("images", key) in self.objects:
            return 412
        self.objects["images", key] = content
        return 200


def _error(code: str, status: int, operation: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)
