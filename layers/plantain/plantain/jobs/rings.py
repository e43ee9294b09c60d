"""What the record tells of Kie.ai's rings: when it has rung, and for which tasks."""

from plantain.job import Job, now_ms
from plantain.jobs.records import UNSETTLED, JobRecords

_NAMES = 10  # of tasks, that rings may give a job that knows none


class Rings(JobRecords):
    """Each of these raises JobEnded where the job is final, unless it says otherwise."""

    def note_ring(self, job: Job, kie_task_id: str) -> Job:
        """Kie.ai has rung, for this task. Returns the job as it is then: who waits has its token there already, or
        finds the ring and does not begin to wait."""
        return self._update(job.task_id, {"rungAt": now_ms()}, add=_named(job, kie_task_id))

    def hear_ring(self, job: Job) -> Job:
        """From here on a ring is a new one. To be called before Kie.ai is asked. Returns the job as it is then."""
        return job if job.rung_at is None else self._update(job.task_id, {}, remove=["rungAt"])

    def note_late_ring(self, job: Job, kie_task_id: str) -> None:
        """Kie.ai has named a task of a job that was given up: an operator finds it listed and may go on with it.

        Raises JobEnded where it has not failed, or has its task.
        """
        if add := _named(job, kie_task_id):
            seen = {"state": "fail", "kieTaskId": None}
            self._update(job.task_id, {"open": UNSETTLED}, add=add, seen=seen, even_final=True)


def _named(job: Job, kie_task_id: str) -> dict[str, set[str]]:
    """What a ring adds to the tasks that were named: a swapped one does not push out the true one."""
    if job.kie_task_id or len(job.rung_kie_task_ids) >= _NAMES:
        return {}
    return {"rungKieTaskIds": {kie_task_id}}
