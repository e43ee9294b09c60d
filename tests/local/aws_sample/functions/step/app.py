"""One step of the sample state machine, which fails as its input says."""

from typing import Any

from shared import errors  # type: ignore[import-not-found]  # it comes from the layer


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event.get("tries", 0) > event["attempt"]:
        raise errors.TryAgainLater(f"attempt {event['attempt']}")
    if event.get("refuse"):
        raise errors.Refused("no, never")
    return {"attempts": event["attempt"]}
