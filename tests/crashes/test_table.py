"""The table of the schedules is DynamoDB as moto knows it: every call of some schedules is answered alike."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from plantain.aws import client
from tests.crashes.aws import Aws, Call
from tests.crashes.seams import installed, play
from tests.crashes.world import World

SCHEDULES = 100  # of which those are kept that have something new to them, and the first ones
FIRST = 2
_TOLD = ("Item", "Items", "Attributes", "Responses")

Made = tuple[str, Call, dict[str, Any]]  # an operation, its call, and what was answered


def answered(operation: str, do: Any, *given: Any, **call: Any) -> dict[str, Any]:
    """What of the answer means anything, or the error."""
    try:
        answer = do(*given, **call)
        call = call or given[-1]
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        return {"error": error.response["Error"]["Code"], "reasons": [reason["Code"] for reason in reasons]}
    if operation == "transact_get_items":  # moto shows the whole items
        parts = zip(call["TransactItems"], answer["Responses"], strict=True)
        answer["Responses"] = [_projected(part["Get"], response) for part, response in parts]
    return {name: answer[name] for name in _TOLD if name in answer}


def _projected(get: Call, response: dict[str, Any]) -> dict[str, Any]:
    wanted = get["ProjectionExpression"].split(", ")
    return {part: {name: item[name] for name in wanted if name in item} for part, item in response.items()}


@pytest.fixture(scope="module")
def schedules() -> list[list[Made]]:
    """The calls of each schedule to its table."""
    made: list[list[Made]] = []
    tokens = set()
    do = Aws._do

    def recorded(self: Aws, service: str, operation: str, call: Call) -> Call:
        token = call.get("ClientRequestToken")
        if service == "dynamodb" and token not in tokens:  # moto does such a transaction twice
            tokens.update({token} - {None})
            made[-1].append((operation, call, answered(operation, do, self, service, operation, call)))
            given = made[-1][-1][2]
            if "error" not in given:
                return given
        return do(self, service, operation, call)

    with installed() as patched:
        patched.setattr(Aws, "_do", recorded)
        patched.setattr(World, "index_lag", lambda _: 0.0)
        for seed in range(SCHEDULES):
            made.append([])
            assert not play(seed).broken
    seen: set[tuple[str, str]] = set()
    kept = []
    for number, schedule in enumerate(made):
        kinds = {(operation, str(told.get("error"))) for operation, _, told in schedule}
        if number < FIRST or not kinds <= seen:
            kept.append(schedule)
            seen |= kinds
    return kept


def test_every_call_is_answered_as_moto_does(settings: pytest.MonkeyPatch, schedules: list[list[Made]]) -> None:
    for schedule in schedules:
        with mock_aws():
            dynamodb = client("dynamodb")
            for operation, call, told in schedule:
                assert answered(operation, getattr(dynamodb, operation), **call) == told, (operation, call)


def test_the_schedules_ask_for_all_there_is(schedules: list[list[Made]]) -> None:
    made = [one for schedule in schedules for one in schedule]

    asked = {"create_table", "get_item", "put_item", "update_item", "query"}
    assert {operation for operation, _, _ in made} == asked | {"transact_write_items", "transact_get_items"}
    errors = {told.get("error") for _, _, told in made}
    assert errors == {None, "ConditionalCheckFailedException", "TransactionCanceledException"}
