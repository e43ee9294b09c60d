"""Show a schedule and when it runs next."""

import datetime as dt
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, caller_of, http_api
from plantain.refusals import ScheduleNotFound
from plantain.schedules.keeping import seen
from plantain.schedules.view import schedule_view

logger = Logger()
app = http_api(logger, on_failure="Failed to read schedule", not_found=ScheduleNotFound)


@app.get("/api/schedules/<name>")
def get_schedule(name: str) -> Response[str]:
    """200 with the schedule, or the problem."""
    return answer(200, schedule_view(seen(name, caller_of(app.current_event)), dt.datetime.now(dt.UTC)))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/schedules/{name}"""
    return app.resolve(event, context)
