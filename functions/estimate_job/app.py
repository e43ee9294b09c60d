"""Say what a wish would cost and come to: nothing is reserved, sent or spent."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api, json_object
from plantain.http.counted import counted_caller
from plantain.network.dns import dns
from plantain.planning.estimates import estimate_of
from plantain.wishes.terms import terms_of
from plantain.wishes.wish import check_wish

logger = Logger()
app = http_api(logger, on_failure="Failed to estimate")


@app.post("/api/images/estimate")
def estimate_job() -> Response[str]:
    """200 with the price, the budgets and the resolved prompt, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    terms = terms_of(caller)
    return answer(200, estimate_of(check_wish(json_object(event), terms), terms, dns()), rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/images/estimate"""
    return app.resolve(event, context)
