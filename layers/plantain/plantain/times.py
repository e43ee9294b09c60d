"""How moments are written."""

import datetime as dt


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-03-25T08:50:42.608Z`."""
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
