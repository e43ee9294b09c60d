"""Reads AWS's cron: minute hour day-of-month month day-of-week year, with `?`, `L`, `W` and `#`.

No library reads it: pyawscron knows UTC alone, takes a minute 99 and breaks on a 29 February; croniter and
cronsim count weekdays from 0, take six fields to begin with seconds, and know no `LW` (one) or `W` (the other).
Source: EventBridge Scheduler's user guide, "Schedule types", cron-based schedules.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from plantain.schedules.cron_field import DAY, HOUR, MINUTE, MONTH, WEEKDAY, YEAR, BadExpression

_BRACKETS = re.compile(r"(?:cron\()?([^()]*)\)?")
_NEAREST = re.compile(r"(\d{1,2})W")
_LAST_OF = re.compile(r"([1-7]|[A-Z]{3})L")
_NTH = re.compile(r"([1-7]|[A-Z]{3})#([1-5])")


@dataclass(frozen=True, slots=True)
class Cron:
    """The six fields, each checked, and together as `text`. Its times are those of a clock on the wall."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    day: str
    months: tuple[int, ...]
    weekday: str
    years: tuple[int, ...]

    def from_(self, moment: dt.datetime) -> Iterator[dt.datetime]:
        """Every time from this (naive) one on, in order."""
        for day in self._days_from(moment.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    found = dt.datetime.combine(day, dt.time(hour, minute))
                    if found >= moment:
                        yield found

    def _days_from(self, first: dt.date) -> Iterator[dt.date]:
        for year in self.years:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    yield from (day for day in self._days_of(year, month) if day >= first)

    def _days_of(self, year: int, month: int) -> list[dt.date]:
        days = [dt.date(year, month, n + 1) for n in range(calendar.monthrange(year, month)[1])]
        return _by_weekday(self.weekday, days) if self.day == "?" else _by_day(self.day, days)


def _by_day(text: str, days: list[dt.date]) -> list[dt.date]:
    if text == "L":
        return days[-1:]
    if text == "LW":
        return [_nearest_weekday(days[-1], days)]
    if found := _NEAREST.fullmatch(text):
        return [_nearest_weekday(day, days) for day in days if day.day == int(found[1])]
    wanted = DAY.values(text)
    return [day for day in days if day.day in wanted]


def _nearest_weekday(day: dt.date, days: list[dt.date]) -> dt.date:
    """The day itself, or the Friday before, or the Monday after: never in another month."""
    near = sorted((abs((other - day).days), other) for other in days if other.weekday() < 5)
    return near[0][1]


def _by_weekday(text: str, days: list[dt.date]) -> list[dt.date]:
    if text == "L":
        text = "SAT"
    if found := _LAST_OF.fullmatch(text):
        return [day for day in days if _weekday(day) == WEEKDAY.number(found[1])][-1:]
    if found := _NTH.fullmatch(text):
        same = [day for day in days if _weekday(day) == WEEKDAY.number(found[1])]
        return same[int(found[2]) - 1 : int(found[2])]
    wanted = WEEKDAY.values(text)
    return [day for day in days if _weekday(day) in wanted]


def _weekday(day: dt.date) -> int:
    return day.isoweekday() % 7 + 1


def cron_of(text: str) -> Cron:
    """The six fields, as `0 9 ? * MON *`, alone or in `cron(…)`. Raises BadExpression."""
    found = _BRACKETS.fullmatch(text.strip())
    fields = (found[1] if found else text).upper().split()
    if len(fields) != 6:
        order = "minute hour day-of-month month day-of-week year, as in 0 9 ? * MON *"
        raise BadExpression(f"must have six fields ({order}), this one has {len(fields)}")
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise BadExpression("must have a ? as its day-of-month or as its day-of-week, and in one of them only")
    a_month = [dt.date(2027, 1, n + 1) for n in range(31)]
    if nearest := _NEAREST.fullmatch(day):
        DAY.number(nearest[1])
    _by_weekday(weekday, a_month) if day == "?" else _by_day(day, a_month)
    return Cron(
        text=" ".join(fields),
        minutes=tuple(sorted(MINUTE.values(minute))),
        hours=tuple(sorted(HOUR.values(hour))),
        day=day,
        months=tuple(sorted(MONTH.values(month))),
        weekday=weekday,
        years=tuple(sorted(YEAR.values(year))),
    )
