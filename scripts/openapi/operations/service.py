"""What was spent, who asks, whether everything stands, and what can be called."""

from plantain.kie.answers import Account, Health
from plantain.models import Model
from plantain.spending.answers import Usage, Used
from plantain.times import iso
from plantain.version import VERSION
from scripts.openapi import parameters
from scripts.openapi.examples import CREATED, price
from scripts.openapi.operation import Good, Operation


def _used(model: Model, images: int, reserved: int) -> Used:
    spent, held = price(model, images), price(model, reserved)
    return {
        "images": images,
        "spentCredits": spent["credits"],
        "spentUsd": spent["usd"],
        "reservedCredits": held["credits"],
        "reservedUsd": held["usd"],
    }


def usage(model: Model) -> Usage:
    """Of two days, with an image under way."""
    return {
        "firstDay": "2026-11-22",
        "lastDay": "2026-11-23",
        "groupBy": "day",
        "rows": [{"name": "2026-11-22", **_used(model, 12, 0)}, {"name": "2026-11-23", **_used(model, 3, 1)}],
        "total": _used(model, 15, 1),
    }


ACCOUNT: Account = {
    "caller": "alice",
    "time": iso(CREATED),
    "version": VERSION,
    "kie": {"state": "ok", "credits": 5916.25, "usd": 29.58},
    "paused": {"by": "operator", "reason": "Kie.ai is down", "since": iso(CREATED - 420_000)},
}

HEALTH: Health = {"version": VERSION, "kieKeyConfigured": True}

OPERATIONS = (
    Operation(
        "get_usage",
        "getUsage",
        "See what was made and spent",
        "By days, callers, presets or schedules: your own, with an operator's API key everybody's. An image "
        "counts on the day on which it was sent to Kie.ai. What was made a moment ago may be missing still.",
        {200: Good("Rows, and their total.", Usage, usage)},
        parameters=(parameters.FIRST_DAY, parameters.LAST_DAY, parameters.GROUP_BY),
        problems="invalid-days operators-only too-many-requests misconfigured usage-broke",
    ),
    Operation(
        "check_account",
        "getAccount",
        "See who you are and what is left",
        "The caller's name, the server's clock, the state of the Kie.ai account that pays, and whether "
        "creates are paused. When Kie.ai does not answer, its state says so and the call still succeeds.",
        {200: Good("The account.", Account, ACCOUNT)},
        problems="too-many-requests account-broke",
    ),
    Operation(
        "check_health",
        "getHealth",
        "See whether the service stands",
        "Open to all, so it tells little. Kie.ai is not asked.",
        {200: Good("It stands.", Health, HEALTH)},
        problems="health-broke",
    ),
    Operation(
        "get_openapi",
        "getOpenapi",
        "Read this document",
        "This description, with the limits of the model that this installation asks.",
        {
            200: Good(
                "An OpenAPI 3.1 document.", dict, {"openapi": "3.1.0", "info": {}, "paths": {}}, headers="ETag"
            ),
            304: Good("You have it already.", headers="ETag"),
        },
        parameters=(parameters.IF_NONE_MATCH,),
        problems="document-broke",
    ),
)
