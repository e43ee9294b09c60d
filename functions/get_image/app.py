"""Lead to a job's image: a redirect to a fresh link."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import RETRY_AFTER_SECONDS, http_api, own_job
from plantain.http.problems import image_gone, image_not_ready, no_image
from plantain.images.bucket import images

logger = Logger()
app = http_api(logger, on_failure="Failed to check task status")


@app.get("/api/images/<task_id>/image")
def get_image(task_id: str) -> Response[str]:
    """302 to the image, or the problem: 409 while there is none, 410 when it is gone."""
    job = own_job(app.current_event, task_id)
    if job.failure:
        raise no_image(job.failure)
    if not job.images:
        raise image_not_ready(RETRY_AFTER_SECONDS, job.charged)
    key = job.images[0].key
    if not images().exists(key):
        raise image_gone()
    headers = {"Location": images().link(key).url, "Cache-Control": "no-store"}
    return Response(302, "text/plain", "", headers)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/images/{taskId}/image"""
    return app.resolve(event, context)
