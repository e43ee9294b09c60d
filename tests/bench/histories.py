"""What the history of an execution tells: its steps as AWS bills them, and when the image was noticed and stored.

Step Functions counts a state transition each time a step of the workflow is executed, retries included
(aws.amazon.com/step-functions/pricing, Standard Workflows): every state entered, and every further try of a task.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

# us-east-1: a transition, a call of a Lambda, a GB-second of it on arm64, a call of an HTTP API.
TRANSITION_USD, CALL_USD, GB_SECOND_USD, HTTP_USD = 0.000025, 0.000_000_2, 0.000_013_333_4, 0.000_001
_LAMBDA_GB = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """Of one execution: its steps, its calls of Lambdas, their seconds in all, and when the copying of the image
    began and ended, in seconds since the epoch."""

    transitions: int
    calls: int
    seconds: float
    copy_began: float
    copy_ended: float

    def usd(self, rings: int) -> float:
        """What all this costs, with so many callbacks, the receiving of which takes next to no time."""
        lambdas = (self.calls + rings) * CALL_USD + self.seconds * _LAMBDA_GB * GB_SECOND_USD
        return self.transitions * TRANSITION_USD + lambdas + rings * HTTP_USD


def told_by(steps: Any, execution_arn: str) -> Told:
    """The history of one execution that has succeeded."""
    pages = steps.get_paginator("get_execution_history").paginate(executionArn=execution_arn, maxResults=1000)
    events = [event for page in pages for event in page["events"]]
    transitions, calls, seconds, called_at, began, state = 0, 0, 0.0, None, 0.0, ""
    for event in events:
        kind, at = event["type"], _seconds(event["timestamp"])
        if kind.endswith("StateEntered"):
            state = event["stateEnteredEventDetails"]["name"]
            transitions += kind != "TaskStateEntered"
            began = at if state == "StoreImage" else began
        elif kind == "TaskScheduled":  # once for each try
            transitions += 1
            called_at = at if "lambda" in event["taskScheduledEventDetails"]["resource"] else None
            calls += called_at is not None
        elif kind in ("TaskSucceeded", "TaskFailed") and called_at is not None:
            seconds += at - called_at
            ended = at
    assert state == "Done", f"it ended in {state}"
    return Told(transitions, calls, seconds, began, ended)


def _seconds(timestamp: dt.datetime | str) -> float:
    moment = timestamp if isinstance(timestamp, dt.datetime) else dt.datetime.fromisoformat(timestamp)
    return moment.timestamp()
