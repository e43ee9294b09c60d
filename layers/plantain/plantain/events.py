"""The only module that tells EventBridge what has happened here."""

import json
from functools import cache
from typing import Any

from plantain.aws import client

SOURCE = "plantain"


class NotTold(Exception):
    """EventBridge has not taken the event; whoever tells may tell again."""


class Events:
    """The account's default bus."""

    def __init__(self, events: Any) -> None:
        self._events = events

    def tell(self, what: str, detail: dict[str, Any]) -> None:
        """Put one event; `what` is its detail type. Raises NotTold, and what AWS raises."""
        entry = {"Source": SOURCE, "DetailType": what, "Detail": json.dumps(detail)}
        answer = self._events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise NotTold(answer["Entries"][0]["ErrorCode"])


@cache
def events() -> Events:
    """The default bus, reached at first use."""
    return Events(client("events"))
