"""How long to believe what Kie.ai says, and how long to wait before asking again.

Kie says "recordInfo is null" of tasks it has just created, reports `success` before the URLs are there, and has
turned a timeout (524) into success a minute later. So each of these is waited out before it counts.
"""

import os
from dataclasses import dataclass
from functools import cache

from plantain.errors import UnexpectedAnswer
from plantain.job import Job
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded, Unlisted

UNLISTED_GRACE = 90_000  # ms since Kie accepted
TIMEOUT_GRACE = 120_000  # ms since Kie first said so
BLANK_LOOKS = 5  # answers that cannot be true and are asked again


@dataclass(frozen=True, slots=True)
class Pace:
    """When to look: intervals in s, `attempts` looks at the first interval and `late_attempts` at the second."""

    interval: int
    attempts: int
    late_interval: int
    late_attempts: int

    def wait_after(self, looks: int) -> int:
        """Seconds to wait after so many looks."""
        return self.late_interval if self.is_late(looks) else self.interval

    def is_late(self, looks: int) -> bool:
        """Past the usual time: the job goes on, looked at more rarely."""
        return looks >= self.attempts

    def is_over(self, looks: int) -> bool:
        """Past every patience."""
        return looks >= self.attempts + self.late_attempts


def judge(
    outcome: Outcome, job: Job, *, looks: int, blanks: int, pace: Pace, now: int
) -> Running | Succeeded | Failed:
    """What the answer means for this job now.

    `looks` counts this one, `blanks` the earlier blank answers; `now` is ms since the epoch.
    Raises UnexpectedAnswer when Kie no longer knows a task it accepted.
    """
    verdict = _settled(outcome, job, blanks, now)
    if isinstance(verdict, Running) and pace.is_over(looks):
        return Failed(
            "timed-out",
            "Kie.ai did not finish in time. The image may still be made and billed; the operator can look it up "
            "at Kie.ai by the kieTaskId in the job record.",
            "unknown",
        )
    return verdict


def _settled(outcome: Outcome, job: Job, blanks: int, now: int) -> Running | Succeeded | Failed:
    match outcome:
        case Unlisted() if not is_blank(outcome, job, now) or blanks < BLANK_LOOKS:
            return Running("pending")
        case Unlisted():
            raise UnexpectedAnswer("Kie.ai no longer knows the task it accepted.", code="upstream-task-lost")
        case Succeeded(image_urls=()) if blanks < BLANK_LOOKS:
            return Running("processing")
        case Succeeded(image_urls=(), credits=credits):
            return Failed(
                "upstream-invalid-result",
                "Kie.ai reported success but gave no usable image. The operator can look the task up at Kie.ai by "
                "the kieTaskId in the job record.",
                "yes" if credits else "unknown",
                credits,
            )
        case Failed(code=code) if code == KIE_TIMEOUT and not _believed(job, now):
            return Running("processing")
        case Failed(code=code, message=message, charged="no") if code == KIE_TIMEOUT:
            # It has been seen to turn into a success even later: nobody knows what it costs in the end.
            return Failed(code, message, "unknown")
        case Running() | Succeeded() | Failed():
            return outcome


def is_blank(outcome: Outcome, job: Job, now: int) -> bool:
    """An answer that cannot be true and may come right: a success without a URL, a task no longer known."""
    if isinstance(outcome, Unlisted):
        return now - (job.accepted_at or job.created_at) >= UNLISTED_GRACE
    return isinstance(outcome, Succeeded) and not outcome.image_urls


def _believed(job: Job, now: int) -> bool:
    return job.timeout_seen_at is not None and now - job.timeout_seen_at >= TIMEOUT_GRACE


@cache
def pace() -> Pace:
    """The configured pace (seconds and counts, template parameters)."""
    late_interval = int(os.environ["LATE_POLL_INTERVAL_SECONDS"])
    return Pace(
        interval=int(os.environ["POLL_INTERVAL_SECONDS"]),
        attempts=int(os.environ["POLL_ATTEMPTS"]),
        late_interval=late_interval,
        late_attempts=int(os.environ["LATE_POLL_MINUTES"]) * 60 // late_interval,
    )
