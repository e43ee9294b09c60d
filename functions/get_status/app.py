"""Say how a job is doing and, once it is done, where its image is."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import RETRY_AFTER_SECONDS, answer, http_api, own_job
from plantain.http.problems import task_id_required
from plantain.images.bucket import images
from plantain.jobs.view import job_view

logger = Logger()
app = http_api(logger, on_failure="Failed to check task status")


@app.get("/api/images/status")
def get_status() -> Response[str]:
    """200 with the job, or the problem."""
    task_id = app.current_event.query_string_parameters.get("taskId", "").strip()
    if not task_id:
        raise task_id_required()
    job = own_job(app.current_event, task_id)
    headers = {} if job.is_final else {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return answer(200, job_view(job, images()), headers)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/images/status?taskId=…"""
    return app.resolve(event, context)
