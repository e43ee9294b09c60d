"""When a schedule runs: a cron, a rate or one moment, in a time zone with its summer time.

A local time that the clock skips in spring runs once all the same, at the instant the old offset gives it: 02:30
that does not exist is 03:30. So what runs each hour goes on running each hour. A local time that comes twice in
autumn runs once, the first time.
"""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from plantain.schedules.cron import Cron
from plantain.schedules.cron_field import BadExpression

_RATE = re.compile(r"(?:rate\()?\s*([1-9][0-9]{0,4}) (minute|hour|day)s?\s*\)?")


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so many minutes, hours or days of 24 hours."""

    count: int
    unit: str

    @property
    def every(self) -> dt.timedelta:
        return self.count * {"minute": dt.timedelta(minutes=1), "hour": dt.timedelta(hours=1)}.get(
            self.unit, dt.timedelta(days=1)
        )


def rate_of(text: str) -> Rate:
    """`3 days`, or `rate(3 days)`. Raises BadExpression."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise BadExpression("must be a number and minutes, hours or days, as in 3 days")
    return Rate(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When it runs. All moments are aware; a rate counts from `anchor`. `start` may run, `end` may not."""

    when: Cron | Rate | dt.datetime
    zone: ZoneInfo
    anchor: dt.datetime
    start: dt.datetime | None = None
    end: dt.datetime | None = None

    def next_runs(self, after: dt.datetime, count: int) -> list[dt.datetime]:
        """The next planned times after a moment, in UTC; fewer where there are no more."""
        if self.start:
            after = max(after, self.start - dt.timedelta.resolution)
        runs = (moment for moment, _ in self._runs(after))
        within = itertools.takewhile(lambda moment: not self.end or moment < self.end, runs)
        return list(itertools.islice(within, count))

    def skipped(self, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        """The planned times up to `until` whose local time the clock skips, so that no cron finds them."""
        runs = itertools.takewhile(lambda run: run[0] <= until, self._runs(after))
        start, end = self.start or after, self.end or until + dt.timedelta.resolution
        return [moment for moment, skipped in runs if skipped and start <= moment < end]

    def planned(self, moment: dt.datetime) -> dt.datetime:
        """The one name of the run that was to begin then: both times of a doubled hour are the first."""
        if not isinstance(self.when, Cron):
            return moment.astimezone(dt.UTC).replace(microsecond=0)
        local = moment.astimezone(self.zone).replace(second=0, microsecond=0, fold=0)
        return local.astimezone(dt.UTC)

    def _runs(self, after: dt.datetime) -> Iterator[tuple[dt.datetime, bool]]:
        match self.when:
            case Cron():
                return _cron_runs(self.when, self.zone, after)
            case Rate(every=every):
                return ((moment, False) for moment in _rate_runs(self.anchor, every, after))
            case moment:
                return iter([(moment.astimezone(dt.UTC), False)] if moment > after else [])


def _rate_runs(anchor: dt.datetime, every: dt.timedelta, after: dt.datetime) -> Iterator[dt.datetime]:
    passed = max(0, (after - anchor) // every + 1) * every
    with suppress(OverflowError):  # at the end of time
        moment = anchor.astimezone(dt.UTC) + passed
        while True:
            yield moment
            moment += every


def _cron_runs(cron: Cron, zone: ZoneInfo, after: dt.datetime) -> Iterator[tuple[dt.datetime, bool]]:
    """In order, each once, with whether its local time is skipped and no other run has the same instant."""
    late: list[dt.datetime] = []  # of skipped times, whose instants come after those of later times
    for wall in cron.from_(_first_wall(zone, after)):
        moment = wall.replace(tzinfo=zone).astimezone(dt.UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != wall:
            late.append(moment)
            continue
        yield from ((m, True) for m in late if after < m < moment)
        late = [m for m in late if m > moment]
        if moment > after:
            yield moment, False
    yield from ((m, True) for m in late if m > after)


def _first_wall(zone: ZoneInfo, after: dt.datetime) -> dt.datetime:
    """The clock then, put back by what it has skipped in the last day: those times may be still to run."""
    now, before = after.astimezone(zone), (after.astimezone(dt.UTC) - dt.timedelta(days=1)).astimezone(zone)
    skipped = (now.utcoffset() or dt.timedelta()) - (before.utcoffset() or dt.timedelta())
    return now.replace(tzinfo=None) - max(skipped, dt.timedelta())
