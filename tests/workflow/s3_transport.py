"""Hands a presigned PUT to moto's S3, which only hears boto3."""

from typing import Any
from urllib.parse import unquote

import httpx
from botocore.exceptions import ClientError


class S3Transport(httpx.BaseTransport):
    """Takes what real S3 would take: every signed header must be there, and as many bytes as were announced."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        signed = set(request.url.params["X-Amz-SignedHeaders"].split(";"))
        assert {"content-type", "if-none-match"} <= signed <= {name.lower() for name in request.headers}
        body = request.read()
        if len(body) != int(request.headers["content-length"]):
            raise httpx.RemoteProtocolError("another number of bytes than announced")
        try:
            self._s3.put_object(
                Bucket=request.url.host.partition(".")[0],
                Key=unquote(request.url.path.removeprefix("/")),
                Body=body,
                ContentType=request.headers["content-type"],
                IfNoneMatch=request.headers["if-none-match"],
            )
        except ClientError as error:
            return httpx.Response(error.response["ResponseMetadata"]["HTTPStatusCode"])
        return httpx.Response(200)
