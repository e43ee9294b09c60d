"""Fault: a schedule's time zone is ignored: cron() and at() are read as UTC, and CloudFormation drops the zone.

AWS goes by the clock of the zone: a cron's local time that the clock skips is left out, one that comes twice runs
once (EventBridge Scheduler's user guide, "Daylight savings time").
Seam: scheduler._tick_schedules(), which reads each record's ScheduleExpression by _at_time_epoch(text) and by
eventbridge's _parse_cron_fields(text) and _cron_next_fire(fields, last fired); the create and update handlers of
AWS::Scheduler::Schedule. An expression that carries its zone, and fields that do, are texts and tuples as before.
Delete this when a cron() in Europe/Berlin fires by the clock of Berlin.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.aws.mends.seam import Function, LambdaHost, replace, replace_handler, seam

SCHEDULER, EVENTS = "services.scheduler", "services.eventbridge"
RESOURCE = "AWS::Scheduler::Schedule"
# What the handlers of CloudFormation leave out.
LEFT_OUT = ("ScheduleExpressionTimezone", "StartDate", "EndDate", "ActionAfterCompletion")

Record = Mapping[str, Any]


class Zoned(str):
    """An expression that knows its zone."""

    zone: ZoneInfo


class ZonedFields(tuple[Any, ...]):
    """The fields of a cron that know their zone."""

    zone: ZoneInfo


def mend(_host: LambdaHost) -> None:
    schedules = seam(SCHEDULER, "_schedules")
    replace(SCHEDULER, "_tick_schedules", lambda original: lambda: _tick(original, schedules._data))
    replace(SCHEDULER, "_at_time_epoch", _at)
    replace(EVENTS, "_parse_cron_fields", _parse)
    replace(EVENTS, "_cron_next_fire", _next)
    for action in ("create", "update"):
        replace_handler(RESOURCE, action, lambda original: _with_zone(original, schedules))


def _tick(original: Function, records: dict[Any, dict[str, Any]]) -> None:
    for record in list(records.values()):
        zoned = Zoned(record["ScheduleExpression"])
        zoned.zone = ZoneInfo(record.get("ScheduleExpressionTimezone") or "UTC")
        record["ScheduleExpression"] = zoned  # the same text: nobody else sees a difference
    original()


def _at(original: Function) -> Function:
    def epoch(expression: str) -> float | None:
        moment: float | None = original(expression)
        if moment is None or not isinstance(expression, Zoned):
            return moment
        return datetime.fromtimestamp(moment, UTC).replace(tzinfo=expression.zone).timestamp()

    return epoch


def _parse(original: Function) -> Function:
    def parse(expression: str) -> Any:
        fields = original(expression)
        if fields is None or not isinstance(expression, Zoned):
            return fields
        zoned = ZonedFields(fields)
        zoned.zone = expression.zone
        return zoned

    return parse


def _next(original: Function) -> Function:
    def next_fire(fields: Any, last: datetime) -> datetime | None:
        if not isinstance(fields, ZonedFields):
            found: datetime | None = original(fields, last)
            return found
        return next_in_zone(lambda wall: original(fields, wall), fields.zone, last)

    return next_fire


def next_in_zone(
    next_wall: Callable[[datetime], datetime | None], zone: ZoneInfo, last: datetime
) -> datetime | None:
    """The first moment after `last` at which the zone's clock shows what a cron finds; `next_wall` steps through
    its times as if they were UTC. What the clock skips is left out, what it shows twice is the first."""
    wall: datetime | None = last.astimezone(zone).replace(tzinfo=UTC)
    while wall and (wall := next_wall(wall)):
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=UTC) == wall and moment > last:
            return moment
    return None


def _with_zone(original: Function, schedules: Any) -> Function:
    def handle(*args: Any) -> Any:
        name, attributes = original(*args)
        # create(logical id, properties, stack), update(physical id, old properties, properties, stack)
        properties: Record = args[-2]
        record = schedules[f"{properties.get('GroupName', 'default')}/{name}"]
        record |= {field: properties[field] for field in LEFT_OUT if field in properties}
        return name, attributes

    return handle
