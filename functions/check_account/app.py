"""Tell a caller who it is, what time it is here, and whether Kie.ai could be paid."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.http.api import answer, http_api
from plantain.http.counted import counted_caller
from plantain.job import now_ms
from plantain.kie.account import kie_account
from plantain.pace.pausing import pause_view
from plantain.times import iso
from plantain.version import VERSION

if TYPE_CHECKING:
    from plantain.kie.answers import Account

logger = Logger()
app = http_api(logger, on_failure="Failed to check account")


@app.get("/api/account")
def check_account() -> Response[str]:
    """200, whatever Kie.ai does: its state says it."""
    event = app.current_event
    caller, rate = counted_caller(event)
    account: Account = {
        "caller": caller,
        "time": iso(now_ms()),
        "version": VERSION,
        "kie": kie_account(),
        "paused": pause_view(),
    }
    return answer(200, account, rate)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """GET /api/account"""
    return app.resolve(event, context)
