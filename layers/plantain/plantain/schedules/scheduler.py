"""The only module that knows EventBridge Scheduler: schedules in the stack's own group that call run_schedule."""

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.faults import Fault, InvalidRequest
from plantain.schedules.cron import Cron
from plantain.schedules.recurrence import Rate, Recurrence
from plantain.schedules.schedule import Schedule
from plantain.schedules.target import ScheduleTarget, schedule_target

# AWS refuses a start that is long past.
_START_MARGIN = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Scheduler:
    """The stack's group of schedules."""

    group: str
    target: ScheduleTarget
    _scheduler: Any

    def put(self, name: str, schedule: Schedule, now: dt.datetime) -> None:
        """Create or change it; one that says so already is left alone.

        Raises InvalidRequest where AWS refuses what we have found good.
        """
        recurrence = schedule.recurrence
        minutes = schedule.flexible_minutes
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes} if minutes else {"Mode": "OFF"}
        expression, zone = _expression(recurrence)
        wanted: dict[str, Any] = {
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": zone,
            "State": "ENABLED" if schedule.enabled else "DISABLED",
            "FlexibleTimeWindow": window,
            "Target": self.target.document(name),
        }
        if recurrence.end:
            wanted["EndDate"] = recurrence.end
        if start := _start(recurrence, now):
            wanted["StartDate"] = start
        every = recurrence.when.every if isinstance(recurrence.when, Rate) else None
        self._put(name, wanted, lambda found: _begins_as(found.get("StartDate"), start, every, now))

    def put_once(self, name: str, of: str, timing: str, moment: dt.datetime) -> None:
        """One run of the schedule `of` at this moment, which the schedule itself does not find."""
        wanted = {
            "ScheduleExpression": f"at({moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "State": "ENABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": self.target.document(of, timing),
        }
        self._put(name, wanted)

    def delete(self, name: str) -> None:
        """It runs no more; one that is not there is no error."""
        try:
            self._scheduler.delete_schedule(GroupName=self.group, Name=name)
        except self._scheduler.exceptions.ResourceNotFoundException:
            return

    def _put(
        self, name: str, wanted: dict[str, Any], begins_so: Callable[[Mapping[str, Any]], bool] = lambda _: True
    ) -> None:
        place = {"GroupName": self.group, "Name": name}
        try:
            found = self._scheduler.get_schedule(**place)
            compared = (wanted.keys() | {"EndDate"}) - {"StartDate"}
            if all(found.get(field) == wanted.get(field) for field in compared) and begins_so(found):
                return
            self._scheduler.update_schedule(**place, **wanted)
        except self._scheduler.exceptions.ResourceNotFoundException:
            self._create(place, wanted)
        except self._scheduler.exceptions.ValidationException as refused:
            raise _refusal(refused) from None

    def _create(self, place: dict[str, str], wanted: dict[str, Any]) -> None:
        try:
            self._scheduler.create_schedule(**place, **wanted)
        except self._scheduler.exceptions.ConflictException:
            self._scheduler.update_schedule(**place, **wanted)
        except self._scheduler.exceptions.ValidationException as refused:
            raise _refusal(refused) from None


def _expression(recurrence: Recurrence) -> tuple[str, str]:
    """As AWS writes it. One moment is told in UTC: so nobody has to agree on what a zone makes of it."""
    match recurrence.when:
        case Cron() as cron:
            return f"cron({cron.text})", recurrence.zone.key
        case Rate(count=count, unit=unit):
            return f"rate({count} {unit}{'' if count == 1 else 's'})", "UTC"
        case moment:
            return f"at({moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S})", "UTC"


def _start(recurrence: Recurrence, now: dt.datetime) -> dt.datetime | None:
    """A rate's next time: without one AWS begins at once, and anew with each change. Else the start to come."""
    if isinstance(recurrence.when, Rate):
        return next(iter(recurrence.next_runs(now, 1)), None)
    return _to_come(recurrence.start, now)


def _begins_as(
    found: dt.datetime | None, wanted: dt.datetime | None, every: dt.timedelta | None, now: dt.datetime
) -> bool:
    """Whether what began, or is to begin, at `found` has the same times as what is to begin at `wanted`."""
    if every and found and wanted:
        return found <= wanted and not (wanted - found) % every
    return _to_come(found, now) == wanted


def _to_come(start: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    return start if start and start > now + _START_MARGIN else None


def _refusal(refused: Any) -> InvalidRequest:
    said = refused.response["Error"]["Message"]
    return InvalidRequest(Fault("", f"is refused by EventBridge Scheduler: {said[:200]}"))


@cache
def scheduler() -> Scheduler:
    """The configured group, reached at first use."""
    return Scheduler(os.environ["SCHEDULE_GROUP"], schedule_target(), client("scheduler"))
