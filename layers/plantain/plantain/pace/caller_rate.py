"""How often one caller may ask: so many requests in each minute, counted in the jobs table."""

import os
import time
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.pace.rate_limit import WINDOW_SECONDS, rate_limit_headers
from plantain.refusals import TooManyRequests


class CallerRate:
    """A fixed window counter per caller; one atomic write a request. A limit of 0 means none."""

    def __init__(self, table: str, dynamodb: Any, limit: int) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._limit = limit

    def count(self, caller: str, own_limit: int | None) -> dict[str, str]:
        """Count one request; the headers that tell how many are left. Raises TooManyRequests.

        The limit of the API key itself, `own_limit`, wins over everybody's.
        """
        limit = self._limit if own_limit is None else own_limit
        if not limit:
            return {}
        now = int(time.time())
        window = now - now % WINDOW_SECONDS
        ends_in = window + WINDOW_SECONDS - now
        try:
            counted = self._dynamodb.update_item(
                TableName=self._table,
                Key=to_attributes({"id": f"rate#{caller}#{window}"}),
                UpdateExpression="SET expiresAt = :expires ADD requests :one",
                ConditionExpression="attribute_not_exists(requests) OR requests < :limit",
                ExpressionAttributeValues=to_attributes(
                    {":one": 1, ":limit": limit, ":expires": window + 2 * WINDOW_SECONDS}
                ),
                ReturnValues="UPDATED_NEW",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise TooManyRequests(limit, retry_after=ends_in) from None
        left = limit - int(from_attributes(counted["Attributes"])["requests"])
        return rate_limit_headers(limit, left, ends_in)


@cache
def caller_rate() -> CallerRate:
    """The configured limit of everybody, reached at first use."""
    return CallerRate(os.environ["JOBS_TABLE"], client("dynamodb"), int(os.environ["CALLER_RATE_PER_MINUTE"]))
