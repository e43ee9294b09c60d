"""What a schedule calls, as whom, and what becomes of a call that does not get through."""

import json
import os
from dataclasses import dataclass
from typing import Any

# Filled in by EventBridge Scheduler: "Adding context attributes" in its user guide.
_PLANNED = "<aws.scheduler.scheduled-time>"


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    """run_schedule, the role that may call it, and the queue of dead letters: their ARNs."""

    function: str
    role: str
    dead_letters: str

    def document(self, name: str, timing: str | None = None) -> dict[str, Any]:
        """As EventBridge Scheduler takes it. With `timing`, only while the schedule says that (Kept.timing)."""
        given = {"name": name, "plannedAt": _PLANNED} | ({"timing": timing} if timing else {})
        return {
            "Arn": self.function,
            "RoleArn": self.role,
            "Input": json.dumps(given),
            # AWS's own longest: whoever was away longer than a day wants no run of then.
            "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400},
            "DeadLetterConfig": {"Arn": self.dead_letters},
        }


def schedule_target() -> ScheduleTarget:
    """The configured target."""
    return ScheduleTarget(
        os.environ["RUN_SCHEDULE_ARN"], os.environ["SCHEDULER_ROLE_ARN"], os.environ["DEAD_LETTERS_ARN"]
    )
