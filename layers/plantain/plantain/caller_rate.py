"""How often one caller may ask: so many requests in each minute, counted in the jobs table."""

import os
import time
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import TooManyRequests
from plantain.items import to_attributes

WINDOW_SECONDS = 60


class CallerRate:
    """A fixed window counter per caller; one atomic write a request. `limit` 0 means no limit."""

    def __init__(self, table: str, dynamodb: Any, limit: int) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._limit = limit

    def count(self, caller: str) -> None:
        """Count one request. Raises TooManyRequests, which says in how many seconds to come back."""
        if not self._limit:
            return
        now = int(time.time())
        window = now - now % WINDOW_SECONDS
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=to_attributes({"id": f"rate#{caller}#{window}"}),
                UpdateExpression="SET expiresAt = :expires ADD requests :one",
                ConditionExpression="attribute_not_exists(requests) OR requests < :limit",
                ExpressionAttributeValues=to_attributes(
                    {":one": 1, ":limit": self._limit, ":expires": window + 2 * WINDOW_SECONDS}
                ),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise TooManyRequests(
                f"At most {self._limit} requests a minute.", retry_after=window + WINDOW_SECONDS - now
            ) from None


@cache
def caller_rate() -> CallerRate:
    """The configured limit, reached at first use."""
    return CallerRate(os.environ["JOBS_TABLE"], client("dynamodb"), int(os.environ["CALLER_RATE_PER_MINUTE"]))
