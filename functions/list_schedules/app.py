"""List the schedules, by name."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, caller_of, http_api
from plantain.refusals import ScheduleNotFound
from plantain.schedules.keeping import everything
from plantain.schedules.view import schedule_summary

if TYPE_CHECKING:
    from plantain.schedules.answers import ScheduleList

logger = Logger()
app = http_api(logger, on_failure="Failed to read schedule", not_found=ScheduleNotFound)


@app.get("/api/schedules")
def list_schedules() -> Response[str]:
    """200 with the owner's schedules and the caller's own."""
    caller, now = caller_of(app.current_event), dt.datetime.now(dt.UTC)
    shown: ScheduleList = {
        "schedules": [schedule_summary(kept, now) for kept in everything() if kept.is_seen_by(caller)]
    }
    return answer(200, shown)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/schedules"""
    return app.resolve(event, context)
