"""Moments: ms since the epoch, as Python and as JSON have them."""

import datetime as dt


def utc(milliseconds: int) -> dt.datetime:
    """The moment so many ms after the epoch."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-03-25T08:50:42.608Z`."""
    return utc(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
