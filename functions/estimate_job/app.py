"""Say what a wish would cost and come to: nothing is reserved, sent or spent."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, caller_of, http_api, json_object, own_rate
from plantain.models import MODELS
from plantain.network.addresses import trusted_origins
from plantain.network.dns import dns
from plantain.pace.caller_rate import caller_rate
from plantain.planning.estimates import estimate_of
from plantain.wishes.request import Terms
from plantain.wishes.wish import check_wish

logger = Logger()
app = http_api(logger, on_failure="Failed to estimate")


@app.post("/api/images/estimate")
def estimate_job() -> Response[str]:
    """200 with the price, the budgets and the resolved prompt, or the problem."""
    event = app.current_event
    caller = caller_of(event)
    rate = caller_rate().count(caller, own_rate(event))
    terms = Terms(MODELS[os.environ["KIE_MODEL"]], caller, trusted_origins(os.environ["TRUSTED_ORIGINS"]))
    return answer(200, estimate_of(check_wish(json_object(event), terms), terms, dns()), rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/images/estimate"""
    return app.resolve(event, context)
