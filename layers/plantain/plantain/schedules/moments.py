"""Moments and time zones as people write them."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plantain.schedules.cron_field import BadExpression

_AT = re.compile(r"at\((.*)\)")
_FIRST_YEAR = 1970  # what lies before has nothing to tell, and no offset that AWS would know
# On the machine's disk beside the zones, and no zones of IANA's.
_NO_ZONES = ("posix/", "right/", "Factory", "localtime", "posixrules")


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises BadExpression."""
    if re.fullmatch(r"[A-Za-z][\w+-]*(/[\w+-]+){0,2}", name) and not name.startswith(_NO_ZONES):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise BadExpression(f"must be the IANA name of a time zone, as in Europe/Berlin, not {name[:40] or 'empty'}")


def moment_of(value: Any, zone: ZoneInfo, *, end_of_day: bool = False) -> dt.datetime:
    """A date and time, in the zone if it names no offset; a date is its midnight, or with `end_of_day` the next.

    TOML's own kinds, or text in ISO 8601. Of a local time that comes twice it is the first; one that the clock
    skips is what the old offset makes of it. Raises BadExpression.
    """
    if isinstance(value, str):
        value = _read(value)
    try:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            day = value + dt.timedelta(days=1) if end_of_day else value
            value = dt.datetime.combine(day, dt.time())
        if isinstance(value, dt.datetime) and value.year >= _FIRST_YEAR:
            return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(dt.UTC)
    except OverflowError:
        raise BadExpression("lies at the end of time") from None
    raise BadExpression("must be a date and time, as in 2026-11-23T09:00:00")


def _read(text: str) -> dt.datetime | dt.date | None:
    found = _AT.fullmatch(text.strip())
    text = found[1] if found else text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
