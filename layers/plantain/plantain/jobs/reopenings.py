"""What an operator does to the record of a job that has failed: it alone leaves a final state."""

from collections.abc import Collection
from typing import Any

from plantain.errors import JobEnded
from plantain.job import Job, now_ms
from plantain.jobs.records import OPEN, RESERVATION, JobRecords
from plantain.spending.counters import utc_day


class Reopenings(JobRecords):
    """Each of these raises JobEnded where the job no longer stands as it was seen."""

    def reopen(self, job: Job, changes: dict[str, Any], *, forget: Collection[str] = ()) -> Job:
        """The failed job goes on. Returns it as it is then.

        `changes` and `forget` are attributes of the record. Its next execution has a name of its own, which is
        written here first: whoever finds it not started may start it.

        What forgets its create was not charged for it: the price is free again. What seemed to have cost nothing
        and goes on all the same is counted when it ends.
        """
        opened = now_ms()
        again = {"state": "processing", "open": OPEN, "reopened": (job.reopened or 0) + 1, "reopenedAt": opened}
        seen = {"state": "fail", "endedAt": job.ended_at, "reopened": job.reopened}
        afresh = "createStartedAt" in forget
        remove = {"failure", "endedAt", "unknownSince", "waitToken", *forget, *(RESERVATION if afresh else ())}
        released = self._ledger.release(job) if afresh else []
        if not afresh and job.reserved_on is None and job.charged != "yes":
            again |= {"reservedCredits": 0, "reservedOn": utc_day(job.create_started_at or opened)}
        try:
            self._update_with(released, job.task_id, again | changes, remove=remove, seen=seen, even_final=True)
        except JobEnded:
            found = self.get(job.task_id)
            # Our own write, if its answer was lost and botocore has sent it again.
            if (found.reopened, found.reopened_at) != (again["reopened"], opened):
                raise
            return found
        return self.get(job.task_id)

    def settle(self, job: Job) -> None:
        """It was found out what became of the job: it is listed no longer, unless Kie.ai has rung for it since."""
        seen = {"endedAt": job.ended_at, "rungKieTaskIds": job.rung_kie_task_ids or None}
        self._update(job.task_id, {}, remove=["open"], seen=seen, even_final=True)
