"""Tell what was made and spent: a caller its own, an operator everybody's."""

import datetime as dt
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api, is_operator
from plantain.http.counted import counted_caller
from plantain.spending.usage_days import usage_days
from plantain.spending.usage_question import question_of
from plantain.spending.usage_view import usage_of

logger = Logger()
app = http_api(logger, on_failure="Failed to read usage")


@app.get("/api/usage")
def get_usage() -> Response[str]:
    """200 with rows and their total, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    question = question_of(event.query_string_parameters, dt.datetime.now(dt.UTC).date())
    whose = None if is_operator(event) else caller
    return answer(200, usage_of(question, usage_days(), whose), rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/usage?from=&to=&groupBy="""
    return app.resolve(event, context)
