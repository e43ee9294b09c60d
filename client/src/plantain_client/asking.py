"""Asks, and asks again where that is safe and may help."""

import random
from collections.abc import Callable
from typing import Any, TypeVar

from plantain_client.answers import Reply, reply_of
from plantain_client.errors import ApiError, PlantainError, TransportFailed
from plantain_client.exchange import Operation, Send, Sleep, sent
from plantain_client.task import Charged

T = TypeVar("T")

READ_TRIES = 3
CREATE_TRIES = 5
LONGEST_PAUSE = 65.0  # seconds: a caller's rate is counted by the minute

_FIRST_PAUSE = 0.5
# Refusals of the request itself: an earlier sending of it was refused as well.
_OF_THE_REQUEST = (400, 413, 422)


def ask(
    send: Send,
    shape: Callable[[dict[str, Any]], T],
    *,
    tries: int = READ_TRIES,
    charged: Charged = "no",
) -> Operation[Reply[T]]:
    """The reply to a call of the API, sent up to `tries` times. Raises ApiError, TransportFailed, NotPlantain.

    `shape` reads its JSON object, and raises KeyError, ValueError, TypeError or OverflowError where it cannot.
    `charged` is what a call whose answer is lost may have cost. Once one was lost, no later failure to get
    through is said to have cost nothing.
    """
    doubt = False
    for attempt in range(tries):
        try:
            return reply_of((yield from sent(send, charged=charged)), shape, charged=charged)
        except PlantainError as error:
            doubt = doubt or error.charged == "unknown"
            if doubt and not _is_certain(error):
                error.charged = "unknown"
                if isinstance(error, TransportFailed):
                    error.arrived = "maybe"
            if attempt == tries - 1 or not error.retryable or (error.retry_after or 0) > LONGEST_PAUSE:
                raise
            failure = error
        yield Sleep(_pause_before(attempt, failure.retry_after), after=failure)
    raise AssertionError("unreachable")


def again(attempt: Callable[[], Operation[T]]) -> Operation[T]:
    """What an attempt at the storage comes to; one that fails in a way that can pass is made up to 3 times."""
    for number in range(READ_TRIES):
        try:
            return (yield from attempt())
        except PlantainError as error:
            if number == READ_TRIES - 1 or not error.retryable:
                raise
        yield Sleep(_pause_before(number, None))
    raise AssertionError("unreachable")


def _pause_before(attempt: int, retry_after: float | None) -> float:
    """Seconds to wait after the attempt (from 0) failed: what the server asks for, or ever longer, at random."""
    if retry_after is not None:
        return retry_after
    return float(_FIRST_PAUSE * 2**attempt * random.uniform(1, 2))  # noqa: S311 - spreads callers, guards nothing


def _is_certain(error: PlantainError) -> bool:
    """Whether the answer tells of the request itself, however often it was sent."""
    return isinstance(error, ApiError) and (error.task_id is not None or error.status in _OF_THE_REQUEST)
