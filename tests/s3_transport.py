"""Hands a presigned PUT to moto's S3, which only hears boto3."""

from typing import Any
from urllib.parse import unquote

import httpx
from botocore.exceptions import ClientError


class S3Transport(httpx.BaseTransport):
    """Takes what real S3 would take: every signed header must be there, and as many bytes as were announced.

    What lies there already is answered at once. An object is there as soon as its last byte has come, whatever
    the sender does then. `puts` keeps the requests; `status` is answered in the place of success.
    """

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self.puts: list[httpx.Request] = []
        self.status: int | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        signed = set(request.url.params["X-Amz-SignedHeaders"].split(";"))
        assert (
            {"content-type", "if-none-match", "x-amz-meta-plantain"}
            <= signed
            <= {name.lower() for name in request.headers}
        )
        self.puts.append(request)
        if self._lies_there(request):
            return httpx.Response(412)
        body, announced, status = b"", int(request.headers["content-length"]), None
        assert isinstance(request.stream, httpx.SyncByteStream)
        for piece in request.stream:
            body += piece
            if len(body) == announced:
                status = self.status or self._put(request, body)
        if len(body) != announced or status is None:
            raise httpx.LocalProtocolError("another number of bytes than announced")
        return httpx.Response(status)

    def _put(self, request: httpx.Request, body: bytes) -> int:
        try:
            self._s3.put_object(
                **_place(request),
                Body=body,
                ContentType=request.headers["content-type"],
                IfNoneMatch=request.headers["if-none-match"],
                Metadata={"plantain": request.headers["x-amz-meta-plantain"]},
            )
        except ClientError as error:
            return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
        return 200

    def _lies_there(self, request: httpx.Request) -> bool:
        try:
            self._s3.head_object(**_place(request))
        except ClientError:
            return False
        return True


def _place(request: httpx.Request) -> dict[str, str]:
    return {
        "Bucket": request.url.host.partition(".")[0],
        "Key": unquote(request.url.path.removeprefix("/")),
    }
