"""Hand out the description of this API, made beforehand by `make openapi`."""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import http_api

logger = Logger()
app = http_api(logger, on_failure="Failed to read the API description")


@app.get("/openapi.json")
def get_openapi() -> Response[str]:
    """200 with the document, or 304 for who has it already."""
    text, etag = _document()
    headers = {"ETag": etag, "Cache-Control": "public, max-age=300"}
    if _has(app.current_event.headers.get("if-none-match", ""), etag):
        return Response(304, None, "", headers)
    return Response(200, "application/json", text, headers)


def _has(known: str, etag: str) -> bool:
    """Whether If-None-Match names it (RFC 9110, 13.1.2): a list, in which a proxy may have made it a weak one."""
    return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


@cache
def _document() -> tuple[str, str]:
    """Text and ETag of the document for the model that this installation asks."""
    text = (Path(__file__).parent / f"{os.environ['KIE_MODEL']}.json").read_text()
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /openapi.json"""
    return app.resolve(event, context)
