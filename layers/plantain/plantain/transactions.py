"""Writes several items of a table, all or none of them."""

import random
import time
from collections.abc import Sequence
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
    """Write; raises Cancelled, or what AWS raises.

    Of two transactions that meet on an item DynamoDB turns one away at once. That is how they take turns and no
    fault, so the one turned away comes again a moment later, for at most two seconds in all.
    """
    for again in range(1, _TRIES + 1):
        try:
            dynamodb.transact_write_items(TransactItems=list(actions))
            return
        except ClientError as error:
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if failed := [place for place, code in enumerate(codes) if code == "ConditionalCheckFailed"]:
                raise Cancelled(failed) from None
            if "TransactionConflict" not in codes or again == _TRIES:
                raise
        time.sleep(random.uniform(0.5, 1) * _FIRST_WAIT_SECONDS * 2**again)  # noqa: S311 (no secret)
