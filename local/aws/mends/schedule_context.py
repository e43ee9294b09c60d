"""Fault: EventBridge Scheduler passes `<aws.scheduler.…>` on as text, and looks for due schedules every 10 s.

Seam: eventbridge._invoke_target(target, event, schedule), through which schedules fire too, and the
scheduler's _SCHEDULE_TICK_INTERVAL in seconds.
Delete this when a schedule's input arrives with `<aws.scheduler.scheduled-time>` filled in.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace, seam

SCHEDULER = "services.scheduler"
LOOK_SECONDS = 1

Record = Mapping[str, Any]


def mend(_host: LambdaHost) -> None:
    at_time = seam(SCHEDULER, "_at_time_epoch")
    replace(SCHEDULER, "_SCHEDULE_TICK_INTERVAL", lambda _seconds: LOOK_SECONDS)

    def make(original: Function) -> Function:
        def invoke(target: Record, event: Record, rule: Record, *rest: Any) -> Any:
            if event.get("Source") == "aws.scheduler" and "Input" in target:
                moment = scheduled_time(rule, at_time(rule["ScheduleExpression"]), event)
                target = {**target, "Input": fill(target["Input"], rule, moment)}
            return original(target, event, rule, *rest)

        return invoke

    replace("services.eventbridge", "_invoke_target", make)


def scheduled_time(schedule: Record, at: float | None, event: Record) -> datetime:
    """When it should have fired: an at() says so, a cron() means the full minute, a rate() now."""
    moment = datetime.fromtimestamp(at if at is not None else event["Time"], UTC).replace(microsecond=0)
    return moment.replace(second=0) if schedule["ScheduleExpression"].startswith("cron") else moment


def fill(text: str, schedule: Record, moment: datetime) -> str:
    """The four context attributes that AWS documents under "Adding context attributes"."""
    values = {
        "schedule-arn": schedule["Arn"],
        "scheduled-time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
