"""End a schedule that is kept over HTTP."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import NOT_KEPT, caller_of, http_api
from plantain.refusals import ScheduleNotFound
from plantain.schedules.keeping import drop, to_be_changed

logger = Logger()
app = http_api(logger, on_failure="Failed to end schedule", not_found=ScheduleNotFound)


@app.delete("/api/schedules/<name>")
def delete_schedule(name: str) -> Response[str]:
    """204, or the problem. What runs already runs to its end."""
    caller = caller_of(app.current_event)
    drop(name, to_be_changed(name, caller).keeper)
    logger.info("ended", schedule=name, caller=caller)
    return Response(204, None, "", NOT_KEPT)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """DELETE /api/schedules/{name}"""
    return app.resolve(event, context)
