"""List the presets: those shipped with Plantain and the owner's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api
from plantain.models import configured_model
from plantain.presets.file import PresetFile
from plantain.presets.finding import Presets, presets_of_a_moment
from plantain.presets.view import preset_view

if TYPE_CHECKING:
    from plantain.presets.answers import PresetList

logger = Logger()
app = http_api(logger, on_failure="Failed to read presets")


@app.get("/api/presets")
def list_presets() -> Response[str]:
    """200 with every preset, the broken ones among them."""
    model = configured_model()
    shown: PresetList = {"presets": [preset_view(file, model) for file in _files(presets_of_a_moment())]}
    return answer(200, shown)


def _files(presets: Presets) -> Iterator[PresetFile]:
    """Each as it is now; one that was deleted since it was listed is left out."""
    yield from filter(None, map(presets.now, presets.names()))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/presets"""
    return app.resolve(event, context)
