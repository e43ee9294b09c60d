"""What the record tells of a job's create: the slot, the intent before it is sent, and what came of it."""

import secrets
from collections.abc import Iterable

from plantain.errors import JobEnded, OutcomeUnknown, TryAgainLater
from plantain.items import values_of
from plantain.job import Balance, Job, now_ms
from plantain.jobs.records import RESERVATION, JobRecords
from plantain.spending.counters import counters_of, utc_day
from plantain.spending.ledger import over_budget
from plantain.spending.prices import prices
from plantain.transactions import Cancelled, write_all


class Creates(JobRecords):
    """The writes of the create step. Each raises JobEnded where the job is final, unless it says otherwise."""

    def note_cache_claim(self, job: Job, claim: str) -> None:
        """What its wish is known by in the replay cache."""
        self._update(job.task_id, {"cacheClaim": claim})

    def note_cached(self, job: Job, earlier: Job) -> None:
        """It is given the image of this earlier job, or waits for it."""
        if job.cached_from != earlier.task_id:
            self._update(job.task_id, {"cachedFrom": earlier.task_id}, seen={"createStartedAt": None})

    def note_handed_over(self, job: Job, inputs: Iterable[str], since: int) -> None:
        """Which addresses Kie.ai has for its first input images, the first of them since then (ms)."""
        self._update(job.task_id, {"handedOver": tuple(inputs), "handedOverAt": since})

    def note_slot(self, job: Job, at: int, *, in_front: bool) -> None:
        """Its slot in the account's pace; one it had and missed is counted. Lost in a crash, it is taken anew."""
        if job.create_slot_at == at:
            return
        missed = job.create_slots_missed + (job.create_slot_at is not None)
        slot = {"createSlotAt": at, "createInFront": in_front}
        self._update(job.task_id, slot | {"createSlotsMissed": missed})

    def begin_create(self, job: Job) -> str:
        """Write down that the create is about to be sent, and reserve its price; returns the mark of this attempt.

        Raises OverBudget, and OutcomeUnknown if an earlier attempt stands there: then it was sent, and nobody
        knows what became of it.
        """
        attempt, now = secrets.token_hex(8), now_ms()
        credits, day = prices().credits_of(job.request), utc_day(now)
        begun = {"createStartedAt": now, "createAttempt": attempt}
        reserved = {"reservedCredits": credits, "reservedOn": day}
        update = self._update_of(job.task_id, begun | reserved, seen={"createStartedAt": None, "kieTaskId": None})
        try:
            write_all(self._dynamodb, [{"Update": update}, *self._ledger.reserve(job, credits, day)])
        except Cancelled as cancelled:
            if cancelled.failed[0] > 0:
                raise over_budget(counters_of(job, day)[cancelled.failed[0] - 1], credits) from None
            found = self.get(job.task_id)
            if found.is_final:
                raise JobEnded from None
            if found.kie_task_id and found.create_started_at is None:
                raise TryAgainLater("It has a task by now.", code="job-moved") from None
            if found.create_attempt != attempt:  # else it is our own write, sent twice by botocore
                raise OutcomeUnknown("An earlier create was sent and its answer never came.") from None
        return attempt

    def withdraw_create(self, job: Job, attempt: str, *, sent: bool = True) -> None:
        """Kie.ai certainly did not accept this attempt: the create may be sent again, in another slot.

        Its price is free again. Not `sent`: its slot was over. A job that was given a task meanwhile stays so.
        """
        begun = self.get(job.task_id)
        changes = (
            {"createRefusals": job.create_refusals + 1}
            if sent
            else {"createSlotsMissed": job.create_slots_missed + 1}
        )
        remove = ["createStartedAt", "createAttempt", "createSlotAt", "createInFront", *RESERVATION]
        seen = {"createAttempt": attempt, "kieTaskId": None}
        try:
            self._update_with(self._ledger.release(begun), job.task_id, changes, remove=remove, seen=seen)
        except JobEnded:
            # A write whose answer was lost is sent again by botocore and finds itself done.
            found = self.get(job.task_id)
            if found.is_final or (found.create_started_at is not None and found.kie_task_id is None):
                raise

    def accept(self, job: Job, kie_task_id: str) -> None:
        """Kie.ai took the task; from here on it may cost money. Even a job that has ended keeps this id."""
        self._update(job.task_id, {"kieTaskId": kie_task_id, "acceptedAt": now_ms()}, even_final=True)

    def attach(self, job: Job, kie_task_id: str) -> None:
        """An operator's word: a job that has not ended has this task, whatever of its create is known.

        One that waits to be sent is not sent any more. Raises JobEnded also where it is just being sent.
        """
        if job.create_started_at is not None:
            self.accept(job, kie_task_id)
            return
        now = now_ms()
        sent = {"createStartedAt": now, "reservedCredits": 0, "reservedOn": utc_day(now)}
        accepted = {"state": "processing", "kieTaskId": kie_task_id, "acceptedAt": now}
        self._update(job.task_id, sent | accepted, seen={"createStartedAt": None})

    def note_unknown(self, job: Job, balance: float | None = None, before: Balance | None = None) -> None:
        """The create was sent and its answer is lost: whether it was accepted, its callback may still tell.

        `balance` are the credits left at Kie.ai just now, where it has told; `before` those known last.
        """
        if job.unknown_since is None:
            lost = {"state": "processing", "unknownSince": now_ms(), "balanceAtLoss": balance}
            self._update(job.task_id, lost | {"balanceBefore": values_of(before) if before else None})

    def note_balance_at_end(self, job: Job, balance: float | None, before: Balance | None = None) -> None:
        """The credits left at Kie.ai when a lost answer is given up, even of a job that has ended; `before` as for
        note_unknown."""
        changes = {"balanceAtEnd": balance, "balanceBefore": values_of(before) if before else None}
        if any(changes.values()):
            self._update(job.task_id, changes, even_final=True)
