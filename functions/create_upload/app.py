"""Give a caller a place to upload one image to, to work from."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api, json_object
from plantain.http.counted import counted_caller
from plantain.inbox.bucket import inbox
from plantain.inbox.keys import new_upload_key
from plantain.inbox.upload_request import check_upload
from plantain.times import iso

if TYPE_CHECKING:
    from plantain.inbox.answers import UploadPlace

logger = Logger()
app = http_api(logger, on_failure="Failed to prepare upload")


@app.post("/api/uploads")
def create_upload() -> Response[str]:
    """201 with the key and a link that takes the image, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    upload = check_upload(json_object(event))
    key = new_upload_key(caller, upload.content_type)
    link = inbox().put_link(key, upload.content_type, upload.size)
    logger.info("upload prepared", caller=caller, size=upload.size)
    place: UploadPlace = {
        "key": key,
        "uploadUrl": link.url,
        "headers": dict(link.headers),
        "uploadExpiresAt": iso(link.expires_at),
    }
    return answer(201, place, rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/uploads"""
    return app.resolve(event, context)
