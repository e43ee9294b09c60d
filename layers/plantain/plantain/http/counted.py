"""Who calls, where every call counts: it takes one of those that a caller may make in a minute."""

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from plantain.http.api import caller_of
from plantain.pace.caller_rate import caller_rate


def counted_caller(event: APIGatewayProxyEventV2) -> tuple[str, dict[str, str]]:
    """The caller, and the headers that tell it how many calls are left. Raises TooManyRequests."""
    caller = caller_of(event)
    return caller, caller_rate().count(caller, _own_rate(event))


def _own_rate(event: APIGatewayProxyEventV2) -> int | None:
    """How often this very API key may ask in a minute, as the authorizer said; None if it said nothing."""
    authorizer = event.request_context.authorizer
    said = authorizer.get_lambda.get("rate") if authorizer is not None else None
    return int(said) if said else None
