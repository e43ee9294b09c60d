"""Ask Kie.ai to draw: the one step that spends money, taken at most once for a job."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.kie.callback_base import callback_base
from plantain.steps.creating import Cached, Created, Waiting, create
from plantain.steps.polling import pace_with

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId}` in. Out: CREATED, Kie's id of the task and the numbers the loop of looks starts with; or WAITING,
    and in how many seconds this step is to run again, because its slot in the account's pace is ahead or creates
    are paused or the same wish is being made already; or CACHED: the image is there to be copied.

    Kie's id is null where its answer was lost and it may still ring."""
    task_id = event["taskId"]
    match create(jobs().get(task_id), kie()):
        case Created(kie_task_id=kie_task_id):
            return {"taskId": task_id, "status": "CREATED", "kieTaskId": kie_task_id, **_first_look()}
        case Waiting(seconds=seconds):
            logger.info("waits", task_id=task_id, seconds=seconds)
            return {"taskId": task_id, "status": "WAITING", "rings": False, "waitSeconds": seconds}
        case Cached():
            logger.info("made before", task_id=task_id)
            return {"taskId": task_id, "status": "CACHED", "rings": False}


def _first_look() -> dict[str, Any]:
    rings = callback_base() is not None
    return {"rings": rings, "looks": 0, "blanks": 0, "waitSeconds": pace_with(rings).wait_at(0)}
