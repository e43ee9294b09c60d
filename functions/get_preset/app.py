"""Show one preset, as it is now or as it was in a version that was used."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.faults import PresetUnknown
from plantain.http.api import answer, http_api
from plantain.http.problems import no_such_preset, preset_not_found
from plantain.models import configured_model
from plantain.presets.finding import presets
from plantain.presets.view import preset_in_full
from plantain.wishes.preset_wish import name_and_version

logger = Logger()
app = http_api(logger, on_failure="Failed to read presets", not_found=no_such_preset)


@app.get("/api/presets/<name>")
def get_preset(name: str) -> Response[str]:
    """200 with the preset, broken or not, or the problem."""
    try:
        file = presets().get(*name_and_version(name))
    except PresetUnknown as unknown:
        raise preset_not_found(unknown.detail) from None
    return answer(200, preset_in_full(file, configured_model()))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/presets/{name}"""
    return app.resolve(event, context)
