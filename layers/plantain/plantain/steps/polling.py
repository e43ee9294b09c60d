"""How long to believe what Kie.ai says, and how long to wait before asking again.

Kie says "recordInfo is null" of tasks it has just created, reports `success` before the URLs are there, and has
turned a timeout (524) into success a minute later. So each of these is waited out before it counts.
"""

import os
from dataclasses import dataclass, replace
from functools import cache

from plantain.errors import REDRIVE, UnexpectedAnswer
from plantain.job import Job
from plantain.task import KIE_TIMEOUT, Failed, Outcome, Running, Succeeded, Unlisted

UNLISTED_GRACE = 90_000  # ms since Kie accepted
TIMEOUT_GRACE = 120_000  # ms since Kie first said so
BLANK_LOOKS = 5  # answers that cannot be true and are asked again
LATE_SHARE = 10  # a late task is looked at again after a tenth of its age …
MAX_INTERVAL = 900  # … but every 15 minutes
# So much of its interval later comes the first safety look: most tasks take up to 66 s, the default is 60 s.
FIRST_SAFETY = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """When to look, all in s: every `interval` for the `usual` time, then ever more rarely, for `late` more.

    `safety` is the interval where Kie.ai rings when a task is over, None where it cannot. Its first look comes a
    little later, so as not to come just before the ring.
    """

    interval: int
    usual: int
    late_interval: int
    late: int
    safety: int | None = None

    def wait_at(self, age: float) -> int:
        """Seconds to wait for the next look at a task of this age."""
        if not self.is_late(age):
            if self.safety is None:
                return self.interval
            first = int(self.safety * (1 + FIRST_SAFETY))
            return max(self.safety, first - int(age))
        rarer = min(int(age) // LATE_SHARE, MAX_INTERVAL)
        return max(self.late_interval, self.safety or 0, rarer)

    def is_late(self, age: float) -> bool:
        """Past the usual time: the job goes on, looked at more rarely."""
        return age >= self.usual

    def is_over(self, age: float) -> bool:
        """Past every patience."""
        return age >= self.usual + self.late


def judge(outcome: Outcome, job: Job, *, blanks: int, pace: Pace, now: int) -> Running | Succeeded | Failed:
    """What the answer means for this job now.

    `blanks` counts the earlier blank answers; `now` is ms since the epoch.
    Raises UnexpectedAnswer when Kie no longer knows a task it accepted.
    """
    verdict = _settled(outcome, job, blanks, now)
    if isinstance(verdict, Running) and pace.is_over(age_of(job, now)):
        return Failed(
            "timed-out",
            "Kie.ai did not finish in time. The image may still be made and billed; then the operator can fetch "
            f"it for nothing: {REDRIVE}.",
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
                "Kie.ai reported success but gave no usable image. The operator can ask once more, for nothing: "
                f"{REDRIVE}.",
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
        return age_of(job, now) * 1000 >= UNLISTED_GRACE
    return isinstance(outcome, Succeeded) and not outcome.image_urls


def age_of(job: Job, now: int) -> float:
    """Seconds since Kie.ai accepted the job's task; of one opened again, since then, with all patience anew."""
    return (now - max(job.reopened_at or 0, job.accepted_at or job.created_at)) / 1000


def _believed(job: Job, now: int) -> bool:
    return job.timeout_seen_at is not None and now - job.timeout_seen_at >= TIMEOUT_GRACE


def unknown_seconds_left(job: Job, now: int) -> int:
    """How long the callback of a create whose answer was lost is still waited for."""
    since = job.unknown_since or now
    return int(os.environ["UNKNOWN_MINUTES"]) * 60 - (now - since) // 1000


@cache
def pace() -> Pace:
    """The configured pace (template parameters), where Kie.ai does not ring."""
    interval = int(os.environ["POLL_INTERVAL_SECONDS"])
    return Pace(
        interval=interval,
        usual=interval * int(os.environ["POLL_ATTEMPTS"]),
        late_interval=int(os.environ["LATE_POLL_INTERVAL_SECONDS"]),
        late=int(os.environ["LATE_POLL_MINUTES"]) * 60,
    )


def pace_with(rings: bool) -> Pace:
    """The configured pace, where Kie.ai rings or where it does not."""
    return replace(pace(), safety=int(os.environ["SAFETY_POLL_SECONDS"])) if rings else pace()
