"""Say what a preset comes to, filled so: a dry run that reserves, sends and spends nothing."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.faults import PresetUnknown
from plantain.http.api import answer, http_api, json_object
from plantain.http.counted import counted_caller
from plantain.http.problems import no_such_preset, preset_not_found
from plantain.network.dns import dns
from plantain.planning.plan_view import rendering_of
from plantain.planning.plans import plan_of
from plantain.wishes.terms import terms_of
from plantain.wishes.wish import check_filling

logger = Logger()
app = http_api(logger, on_failure="Failed to render preset", not_found=no_such_preset)


@app.post("/api/presets/<name>/render")
def render_preset(name: str) -> Response[str]:
    """200 with the resolved prompt, the settings and the price, or the problem."""
    event = app.current_event
    caller, rate = counted_caller(event)
    terms = terms_of(caller)
    try:
        plan = plan_of(check_filling(name, json_object(event), terms), terms, dns())
    except PresetUnknown as unknown:
        raise preset_not_found(unknown.detail) from None
    return answer(200, rendering_of(plan), rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """POST /api/presets/{name}/render"""
    return app.resolve(event, context)
