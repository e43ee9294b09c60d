"""Schedules: keep them, look at them and their runs, end them."""

from plantain.models import Model
from plantain.schedules.answers import RunPage, ScheduleList, ScheduleState
from plantain.schedules.schedule import ScheduleRequest
from plantain.times import iso
from scripts.openapi import parameters
from scripts.openapi.examples import price
from scripts.openapi.operation import Body, Good, Operation
from scripts.openapi.problems import TASK_ID

SCHEDULE_WISH = {
    "cron": "0 9 ? * MON *",
    "timezone": "Europe/Berlin",
    "onMissed": "run_once",
    "requests": [
        {
            "preset": "quote-card",
            "variables": {"quote": {"rotate": ["Less is more.", "Simple is better."]}, "author": "Week $week"},
        }
    ],
}

DAILY_WISH = {"rate": "1 day", "requests": [{"prompt": "A plantain leaf as it looks on $date", "count": 2}]}

SCHEDULE: ScheduleState = {
    "name": "weekly-quote",
    "keptBy": "http",
    "enabled": True,
    "timezone": "Europe/Berlin",
    "nextRuns": [f"2026-{day}T09:00:00+01:00" for day in ("11-30", "12-07", "12-14", "12-21", "12-28")],
    "cron": "0 9 ? * MON *",
    "rate": None,
    "at": None,
    "start": None,
    "end": None,
    "flexibleMinutes": 0,
    "onMissed": "run_once",
    "overlap": "skip",
    "requests": SCHEDULE_WISH["requests"],  # type: ignore[typeddict-item]
}

SCHEDULES: ScheduleList = {
    "schedules": [
        {
            "name": SCHEDULE["name"],
            "keptBy": SCHEDULE["keptBy"],
            "enabled": SCHEDULE["enabled"],
            "timezone": SCHEDULE["timezone"],
            "nextRuns": SCHEDULE["nextRuns"],
        }
    ]
}


def runs(model: Model) -> RunPage:
    """A run that was made, and one that was not."""
    return {
        "runs": [
            {
                "plannedAt": "2026-11-30T08:00:00Z",
                "begunAt": iso(1_796_025_602_117),
                "state": "skipped-overlap",
                "jobs": [],
                "problems": [],
                "cost": None,
            },
            {
                "plannedAt": "2026-11-23T08:00:00Z",
                "begunAt": iso(1_795_420_803_245),
                "state": "done",
                "jobs": [{"taskId": TASK_ID, "state": "success", "charged": "yes"}],
                "problems": [],
                "cost": price(model),
            },
        ],
        "cursor": None,
    }


OPERATIONS = (
    Operation(
        "put_schedule",
        "putSchedule",
        "Keep a schedule",
        "New, or in the place of what you had put there. Its requests are wishes as `generateImage` takes "
        "them, and its jobs are yours. Only keys of your own uploads may be named, which expire after 7 days. A "
        "schedule that is kept by a file, by another caller or by the stack's template is changed there alone.",
        {200: Good("It is kept, and runs at `nextRuns`.", ScheduleState, SCHEDULE)},
        body=Body((ScheduleRequest,), {"weekly": SCHEDULE_WISH, "daily": DAILY_WISH}),
        parameters=(parameters.SCHEDULE_NAME,),
        problems="invalid-schedule kept-elsewhere too-many-requests keeping-broke",
    ),
    Operation(
        "get_schedule",
        "getSchedule",
        "Look at a schedule",
        "One of the owner's, or of your own.",
        {200: Good("The schedule, and when it runs next.", ScheduleState, SCHEDULE)},
        parameters=(parameters.SCHEDULE_NAME,),
        problems="schedule-not-found schedules-broke",
    ),
    Operation(
        "delete_schedule",
        "deleteSchedule",
        "End a schedule",
        "It runs no more. What runs already runs to its end, and what was made stays.",
        {204: Good("It has ended.")},
        parameters=(parameters.SCHEDULE_NAME,),
        problems="schedule-not-found kept-elsewhere ending-broke",
    ),
    Operation(
        "list_schedules",
        "listSchedules",
        "List the schedules",
        "The owner's, kept by files and by the stack's template, and your own. One that was put a moment ago "
        "may be missing still.",
        {200: Good("The schedules, by name.", ScheduleList, SCHEDULES)},
        problems="schedules-broke",
    ),
    Operation(
        "list_runs",
        "listRuns",
        "List the runs of a schedule",
        "Each planned time with what came of it and what it has cost, the latest first.",
        {200: Good("A page of runs.", RunPage, runs)},
        parameters=(parameters.SCHEDULE_NAME, parameters.RUNS_LIMIT, parameters.RUNS_CURSOR),
        problems="invalid-question schedule-not-found schedules-broke",
    ),
)
