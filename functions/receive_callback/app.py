"""Answer Kie.ai's doorbell: a task is over, so let its job look at once."""

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api, json_object
from plantain.http.problems import callback_refused
from plantain.kie.callbacks import MAX_ID_LENGTH, is_signed
from plantain.kie.webhook_key import webhook_key
from plantain.recovery.doorbell import job_behind, ring

if TYPE_CHECKING:
    from plantain.kie.answers import CallbackHeard

logger = Logger()
app = http_api(logger, on_failure="Failed to receive callback")


@app.post("/api/callbacks/kie/<token>")
def receive_callback(token: str) -> Response[str]:
    """200 as Kie.ai expects it, or the problem. Open to all: who does not know a job's address finds nothing."""
    event = app.current_event
    job = job_behind(token)
    kie_task_id = _task_id_in(json_object(event))
    stamp, signature = (event.headers.get(f"x-webhook-{name}", "") for name in ("timestamp", "signature"))
    key = webhook_key()
    if key and not is_signed(key, kie_task_id, stamp, signature, time.time()):
        raise callback_refused("It is not signed with the webhook key, or not within the last five minutes.")
    heard = ring(job, kie_task_id)
    logger.info("rang", task_id=job.task_id, kie_task_id=kie_task_id, heard=heard)
    body: CallbackHeard = {"code": 200, "msg": "success"}
    return answer(200, body)


def _task_id_in(body: dict[str, Any]) -> str:
    data = body.get("data")
    kie_task_id = data.get("taskId") if isinstance(data, dict) else None
    if not isinstance(kie_task_id, str) or not 0 < len(kie_task_id) <= MAX_ID_LENGTH or not kie_task_id.isascii():
        raise callback_refused("It names no task in data.taskId.")
    return kie_task_id


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/callbacks/kie/{token}"""
    return app.resolve(event, context)
