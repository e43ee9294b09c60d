"""The one write that makes a job final: it is counted once, and settles what the job has reserved."""

from collections.abc import Iterable
from typing import Any

from plantain.errors import JobEnded
from plantain.items import job_from, values_of
from plantain.job import Failure, Job, StoredImage, now_ms
from plantain.jobs.records import RESERVATION, UNSETTLED, JobRecords
from plantain.metrics import count_end
from plantain.spending.ledger import Action

# What shows how far a job has come, and so what it may have cost.
_STAGES = ("createStartedAt", "kieTaskId", "resultUrls", "reopened")
_TRIES = 5  # of an end, if Kie.ai rings at that very moment


class Ends(JobRecords):
    """Each of these raises JobEnded where the job is final already."""

    def succeed(self, job: Job, images: Iterable[StoredImage]) -> None:
        """The images are in the bucket."""
        self._end(job.task_id, {"state": "success", "images": [values_of(image) for image in images]})

    def fail(
        self, task_id: str, failure: Failure, *, credits: float | None = None, seen: Job | None = None
    ) -> None:
        """The job ends without an image, at this price. With `seen`, only if it has come no further since."""
        stage = values_of(seen) if seen else {}
        self._end(
            task_id,
            {"state": "fail", "failure": values_of(failure), "credits": credits},
            seen={name: stage.get(name) for name in _STAGES} if seen else {},
        )

    def _end(self, task_id: str, changes: dict[str, Any], seen: dict[str, Any] | None = None) -> None:
        ended_at = now_ms()
        for _ in range(_TRIES):
            found = self.get(task_id)
            try:
                ending = self._end_as_found(found, changes | {"endedAt": ended_at}, seen or {})
            except JobEnded:
                ending = self.get(task_id)
                # Our own write, if its answer was lost and botocore has sent it again.
                if (ending.state, ending.ended_at) == (changes["state"], ended_at):
                    break
                if ending.is_final or ending.rung_kie_task_ids == found.rung_kie_task_ids:
                    raise
            else:
                break
        else:
            raise JobEnded
        count_end(ending)

    def _end_as_found(self, found: Job, changes: dict[str, Any], seen: dict[str, Any]) -> Job:
        """The job as it is then. A ring between the two would change whether it is listed: then it is not done."""
        ending = job_from(values_of(found) | {name: value for name, value in changes.items() if value is not None})
        settled = self._settlement(ending)
        listed = {"open": UNSETTLED} if ending.is_unsettled else {}
        remove = [*(() if listed else ("open",)), *(RESERVATION if settled else ())]
        known = {"reservedOn": found.reserved_on, "rungKieTaskIds": found.rung_kie_task_ids or None}
        self._update_with(settled, found.task_id, changes | listed, remove=remove, seen=known | seen)
        return ending

    def _settlement(self, ended: Job) -> list[Action]:
        """What its end does to what it has reserved: nobody knows what it has cost, that stays reserved."""
        match ended.charged:
            case "yes":
                images = int(ended.state == "success")
                if ended.reserved_on is None:  # settled by a failure, before an operator opened it again
                    return self._ledger.count(ended, images)
                spent = ended.reserved_credits if ended.credits is None else ended.credits
                return self._ledger.settle(ended, spent or 0.0, images=images)
            case "no":
                return self._ledger.release(ended)
            case "unknown":
                return []
