"""Let run what a schedule's file says, from the moment it is written until it is deleted."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.schedules.files import sync

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """An "Object Created" or "Object Deleted" event below `schedules/` of the inbox."""
    sync(event["detail"]["object"]["key"])
    logger.info("looked at", event_id=event["id"], change=event["detail-type"])
