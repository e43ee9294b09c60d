"""Fault: a Retry's MaxDelaySeconds and JitterStrategy are ignored.

Seam: stepfunctions._find_matching_retrier(retriers, error, counts), whose caller computes the pause. It
is handed a retrier with the right interval and no back-off. Its own bound of 60 s per pause stays.
Delete this when a Retry with MaxDelaySeconds never pauses for longer.
"""

import random
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace


def mend(_host: LambdaHost) -> None:
    def make(original: Function) -> Function:
        def find(retriers: Any, error: str, counts: dict[int, int]) -> tuple[Any, int]:
            retrier, index = original(retriers, error, counts)
            if retrier is None:
                return None, index
            pause = delay_of(retrier, counts.get(index, 0))
            return {**retrier, "IntervalSeconds": pause, "BackoffRate": 1}, index

        return find

    replace("services.stepfunctions", "_find_matching_retrier", make)


def delay_of(retrier: dict[str, Any], count: int) -> float:
    """Seconds to pause before the next attempt, after `count` retries."""
    delay = float(retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count)
    delay = min(delay, retrier.get("MaxDelaySeconds", delay))
    return random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay
