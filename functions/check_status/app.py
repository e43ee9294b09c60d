"""Ask Kie.ai how one task is doing; the state machine decides what happens next."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.jobs.table import jobs
from plantain.kie.api import kie
from plantain.steps.looking import look

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{taskId, kieTaskId, rings, looks, blanks}` in; out the same counted on, and RUNNING, SUCCEEDED or FAILED.

    `kieTaskId` is null as long as nobody knows it."""
    so_far = {name: event[name] for name in ("rings", "looks", "blanks")}
    found = look(jobs().get(event["taskId"]), event["kieTaskId"], kie(), **so_far)
    return {
        "taskId": event["taskId"],
        "kieTaskId": found.kie_task_id,
        "status": found.status,
        "rings": event["rings"],
        "looks": event["looks"] + 1,
        "blanks": event["blanks"] + found.blank,
        "waitSeconds": found.seconds,
    }
