"""Keep a schedule over HTTP: new, or in the place of what its keeper had put before."""

import datetime as dt
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api, json_object
from plantain.http.counted import counted_caller
from plantain.job import now_ms
from plantain.schedules.check import bad_name, check_schedule_request
from plantain.schedules.keeping import keep
from plantain.schedules.kept import Kept
from plantain.schedules.view import schedule_view
from plantain.wishes.terms import terms_of

logger = Logger()
app = http_api(logger, on_failure="Failed to keep schedule", not_found=bad_name)


@app.put("/api/schedules/<name>")
def put_schedule(name: str) -> Response[str]:
    """200 with the schedule and its next five runs, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    terms = terms_of(caller)
    now = dt.datetime.now(dt.UTC)
    schedule = check_schedule_request(name, json_object(event), terms, now)
    kept = keep(Kept(name, schedule.document, "http", now_ms(), caller=caller))
    logger.info("kept", schedule=name, caller=caller)
    return answer(200, schedule_view(kept, now), rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """PUT /api/schedules/{name}"""
    return app.resolve(event, context)
