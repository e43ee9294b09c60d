"""Transactions of a table: several items are written, or read, all or none of them."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

_TRIES = 8
_FIRST_WAIT_SECONDS = 0.02


class Cancelled(Exception):
    """Nothing was written: `failed` are the places of the actions whose conditions do not hold, in order."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"The conditions of the actions {list(failed)} do not hold.")
        self.failed = tuple(failed)


def write_all(dynamodb: Any, actions: Sequence[dict[str, Any]]) -> None:
    """Write; raises Cancelled, or what AWS raises."""
    try:
        in_turn(lambda: dynamodb.transact_write_items(TransactItems=list(actions)))
    except ClientError as error:
        codes = _codes(error)
        if failed := [place for place, code in enumerate(codes) if code == "ConditionalCheckFailed"]:
            raise Cancelled(failed) from None
        raise


def in_turn[T](ask: Callable[[], T]) -> T:
    """What this transaction, or this write of one item, gives; raises what AWS raises.

    Of two that meet on an item DynamoDB turns one away at once, also one that only reads in a transaction. That is
    how they take turns and no fault, so the one turned away comes again a moment later, for at most five seconds
    in all.
    """
    for again in range(1, _TRIES):
        try:
            return ask()
        except ClientError as error:
            if not _met_another(error):
                raise
        time.sleep(random.uniform(0.5, 1) * _FIRST_WAIT_SECONDS * 2**again)  # noqa: S311 (no secret)
    return ask()


def _met_another(error: ClientError) -> bool:
    codes = _codes(error)
    if "ConditionalCheckFailed" in codes:
        return False
    return "TransactionConflict" in codes or error.response["Error"]["Code"] == "TransactionConflictException"


def _codes(error: ClientError) -> list[str | None]:
    return [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
