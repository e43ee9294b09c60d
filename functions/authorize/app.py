"""Say who is calling: the name behind a bearer API key, or nobody."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from plantain.api_keys import api_keys

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An HTTP API authorizer, payload 2.0, simple response; its context reaches the functions behind it."""
    scheme, _, key = event["headers"].get("authorization", "").partition(" ")
    holder = api_keys().holder_of(key.strip()) if scheme.lower() == "bearer" else None
    if holder is None:
        logger.info("unknown API key")
        return {"isAuthorized": False}
    context_of = {"caller": holder.caller, "operator": "true" if holder.is_operator else "false"}
    if holder.rate is not None:
        context_of["rate"] = str(holder.rate)
    return {"isAuthorized": True, "context": context_of}
