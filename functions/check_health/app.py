"""Say whether the service stands: its version, and whether it has a key for Kie.ai."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.errors import KieKeyMissing, TryAgainLater
from plantain.http.api import answer, http_api
from plantain.kie.api_key import kie_key
from plantain.version import VERSION

if TYPE_CHECKING:
    from plantain.kie.answers import Health

logger = Logger()
app = http_api(logger, on_failure="Failed to check health")


@app.get("/api/health")
def check_health() -> Response[str]:
    """200; open to all, so it tells nothing else."""
    try:
        configured = bool(kie_key())
    except (KieKeyMissing, TryAgainLater):
        configured = False
    health: Health = {"version": VERSION, "kieKeyConfigured": configured}
    return answer(200, health)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/health"""
    return app.resolve(event, context)
