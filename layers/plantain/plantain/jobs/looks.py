"""What the record tells of how far Kie.ai is, as one look after the other finds it."""

from typing import Any

from plantain.job import Job, now_ms
from plantain.jobs.records import JobRecords
from plantain.task import Running, Succeeded


class Looks(JobRecords):
    """Each of these raises JobEnded where the job is final."""

    def note_running(self, job: Job, running: Running, *, late: bool, timed_out: bool) -> None:
        """How far Kie.ai is. `processing` never goes back to `pending`; unchanged records are not written."""
        changes: dict[str, Any] = {}
        if running.state == "processing" and job.state == "pending":
            changes["state"] = "processing"
        if late and not job.late:
            changes["late"] = True
        if timed_out and job.timeout_seen_at is None:
            changes["timeoutSeenAt"] = now_ms()
        if changes:
            self._update(job.task_id, changes)

    def note_result(self, job: Job, result: Succeeded) -> None:
        """Kie.ai has drawn and charged; the image is not ours yet, so the job is not a success yet."""
        told = {"resultUrls": result.image_urls, "costTime": result.cost_time, "credits": result.credits}
        self._update(job.task_id, {"state": "processing"} | told)

    def note_unusable(self, job: Job) -> None:
        """What Kie.ai made could not be used, perhaps only for now: from the first time on it is given a while."""
        if job.unusable_seen_at is None:
            self._update(job.task_id, {"unusableSeenAt": now_ms()})
