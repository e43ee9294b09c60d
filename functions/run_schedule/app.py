"""Let a schedule run: ask for its images, once for each planned time."""

import datetime as dt
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.schedules.running import run_schedule

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """`{name, plannedAt, timing?}` from EventBridge Scheduler; `plannedAt` is ISO 8601 in UTC."""
    planned = dt.datetime.fromisoformat(event["plannedAt"])
    planned = planned if planned.tzinfo else planned.replace(tzinfo=dt.UTC)
    state = run_schedule(event["name"], planned, dt.datetime.now(dt.UTC), event.get("timing"))
    logger.info("ran", schedule=event["name"], planned_at=event["plannedAt"], state=state)
