"""The only module that knows the jobs table: every write is conditional, and but for `reopen` none leaves a final
state."""

import os
import secrets
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from plantain.aws import client
from plantain.errors import JobEnded, JobNotFound, OutcomeUnknown, TryAgainLater
from plantain.items import from_attributes, job_from, to_attributes, values_of
from plantain.job import Balance, Failure, Job, StoredImage, now_ms
from plantain.metrics import count_end
from plantain.record_update import record_update
from plantain.spending.counters import counters_of, utc_day
from plantain.spending.ledger import Action, Ledger, ledger, over_budget
from plantain.spending.prices import prices
from plantain.task import Running, Succeeded
from plantain.transactions import Cancelled, in_turn, write_all

_NOT_FINAL = "attribute_exists(id) AND NOT #state IN (:success, :fail)"
# What shows how far a job has come, and so what it may have cost.
_STAGES = ("createStartedAt", "kieTaskId", "resultUrls", "reopened")
# The sparse index by `open`: jobs that have not ended, and failed ones that have or may have cost money.
OPEN, UNSETTLED = "1", "unsettled"
_FINAL_STATES = {":success": "success", ":fail": "fail"}
_TRIES = 5  # of an end, if Kie.ai rings at that very moment
_NAMES = 10  # of tasks, that rings may give a job that knows none
_RESERVATION = ("reservedCredits", "reservedOn")


def job_key(task_id: str) -> str:
    """The table key of a job."""
    return f"job#{task_id}"


class Jobs:
    """Job records. Every method that changes one raises JobEnded when it is already final.

    What a write says of money is written to the ledger with it, in one transaction.
    """

    def __init__(self, table: str, dynamodb: Any, ledger: Ledger) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._ledger = ledger

    def get(self, task_id: str) -> Job:
        """The job as it is now (strongly consistent). Raises JobNotFound."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_attributes({"id": job_key(task_id)}), ConsistentRead=True
        )
        if "Item" not in answer:
            raise JobNotFound
        return job_from(from_attributes(answer["Item"]))

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
                raise _ended() from None
            if found.kie_task_id and found.create_started_at is None:
                raise TryAgainLater("It has a task by now.", code="job-moved") from None
            if found.create_attempt != attempt:  # else it is our own write, sent twice by botocore
                raise OutcomeUnknown("An earlier create was sent and its answer never came.") from None
        return attempt

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
        remove = ["createStartedAt", "createAttempt", "createSlotAt", "createInFront", *_RESERVATION]
        try:
            self._change_with(
                begun,
                changes,
                self._ledger.release(begun),
                remove=remove,
                seen={"createAttempt": attempt, "kieTaskId": None},
            )
        except JobEnded:
            # A write whose answer was lost is sent again by botocore and finds itself done.
            found = self.get(job.task_id)
            if found.is_final or (found.create_started_at is not None and found.kie_task_id is None):
                raise

    def accept(self, job: Job, kie_task_id: str) -> None:
        """Kie.ai took the task; from here on it may cost money. Even a job that has ended keeps this id."""
        self._update(
            job.task_id, {"kieTaskId": kie_task_id, "acceptedAt": now_ms()}, condition="attribute_exists(id)"
        )

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
        """The credits left at Kie.ai when a lost answer is given up; `before` as for note_unknown."""
        changes = {"balanceAtEnd": balance, "balanceBefore": values_of(before) if before else None}
        if any(changes.values()):
            self._update(job.task_id, changes, condition="attribute_exists(id)")

    def note_ring(self, job: Job, kie_task_id: str) -> Job:
        """Kie.ai has rung, for this task. Returns the job as it is then: who waits has its token there already, or
        finds the ring and does not begin to wait."""
        return self._update(job.task_id, {"rungAt": now_ms()}, add=_named(job, kie_task_id))

    def note_late_ring(self, job: Job, kie_task_id: str) -> None:
        """Kie.ai has named a task of a job that was given up: an operator finds it listed and may go on with it.

        Raises JobEnded where it has not failed, or has its task.
        """
        if add := _named(job, kie_task_id):
            seen = {"state": "fail", "kieTaskId": None}
            self._update(job.task_id, {"open": UNSETTLED}, add=add, seen=seen, condition="attribute_exists(id)")

    def hear_ring(self, job: Job) -> Job:
        """From here on a ring is a new one. To be called before Kie.ai is asked. Returns the job as it is then."""
        return job if job.rung_at is None else self._update(job.task_id, {}, remove=["rungAt"])

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
        self._update(
            job.task_id,
            {
                "state": "processing",
                "resultUrls": result.image_urls,
                "costTime": result.cost_time,
                "credits": result.credits,
            },
        )

    def note_unusable(self, job: Job) -> None:
        """What Kie.ai made could not be used, perhaps only for now: from the first time on it is given a while."""
        if job.unusable_seen_at is None:
            self._update(job.task_id, {"unusableSeenAt": now_ms()})

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
            {
                "state": "fail",
                "failure": values_of(failure),
                "credits": credits,
            },
            seen={name: stage.get(name) for name in _STAGES} if seen else {},
        )

    def reopen(self, job: Job, changes: dict[str, Any], *, forget: Collection[str] = ()) -> Job:
        """An operator's word: the failed job goes on, if it still stands as it was seen. Returns it as it is then.

        `changes` and `forget` are attributes of the record. Its next execution has a name of its own, which is
        written here first: whoever finds it not started may start it. Raises JobEnded.

        What forgets its create was not charged for it: the price is free again. What seemed to have cost nothing
        and goes on all the same is counted when it ends.
        """
        opened = now_ms()
        again = {"state": "processing", "open": OPEN, "reopened": (job.reopened or 0) + 1, "reopenedAt": opened}
        seen = {"state": "fail", "endedAt": job.ended_at, "reopened": job.reopened}
        afresh = "createStartedAt" in forget
        remove = {"failure", "endedAt", "unknownSince", "waitToken", *forget, *(_RESERVATION if afresh else ())}
        released = self._ledger.release(job) if afresh else []
        if not afresh and job.reserved_on is None and job.charged != "yes":
            again |= {"reservedCredits": 0, "reservedOn": utc_day(job.create_started_at or opened)}
        try:
            self._change_with(
                job, again | changes, released, remove=remove, seen=seen, condition="attribute_exists(id)"
            )
        except JobEnded:
            found = self.get(job.task_id)
            # Our own write, if its answer was lost and botocore has sent it again.
            if (found.reopened, found.reopened_at) != (again["reopened"], opened):
                raise
            return found
        return self.get(job.task_id)

    def settle(self, job: Job) -> None:
        """An operator has found out what became of a failed job: it is listed no longer.

        Raises JobEnded where it has gone on since, or Kie.ai has rung for it.
        """
        seen = {"endedAt": job.ended_at, "rungKieTaskIds": job.rung_kie_task_ids or None}
        self._update(job.task_id, {}, remove=["open"], seen=seen, condition="attribute_exists(id)")

    def _end(self, task_id: str, changes: dict[str, Any], seen: dict[str, Any] | None = None) -> None:
        """The one write that makes a job final, settles what it has reserved, and is counted once."""
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
            raise _ended()
        count_end(ending)

    def _end_as_found(self, found: Job, changes: dict[str, Any], seen: dict[str, Any]) -> Job:
        """The job as it is then. A ring between the two would change whether it is listed: then it is not done."""
        ending = job_from(values_of(found) | {name: value for name, value in changes.items() if value is not None})
        settled = self._settlement(ending)
        listed = {"open": UNSETTLED} if ending.is_unsettled else {}
        remove = [] if listed else ["open"]
        if settled:
            remove += _RESERVATION
        known = {"reservedOn": found.reserved_on, "rungKieTaskIds": found.rung_kie_task_ids or None}
        self._change_with(found, changes | listed, settled, remove=remove, seen=known | seen)
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

    def put(self, job: Job) -> None:
        """Write a new job."""
        try:
            self._dynamodb.put_item(**self.put_of(job))
        except ClientError as error:
            # The id is new, so what is there already is this job, written by a call whose answer was lost.
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def put_of(self, job: Job) -> dict[str, Any]:
        """The DynamoDB Put that writes a new job, alone or in a transaction."""
        return {
            "TableName": self._table,
            "Item": to_attributes({"id": job_key(job.task_id), "open": OPEN} | values_of(job)),
            "ConditionExpression": "attribute_not_exists(id)",
        }

    def _update(
        self,
        task_id: str,
        changes: dict[str, Any],
        *,
        add: dict[str, set[str]] | None = None,
        remove: Iterable[str] = (),
        seen: dict[str, Any] | None = None,
        condition: str = _NOT_FINAL,
    ) -> Job:
        """Write, if the condition holds and the attributes in `seen` are still so (None: absent).

        Returns the job as it is then.
        """
        update = self._update_of(task_id, changes, add=add, remove=remove, seen=seen, condition=condition)
        try:
            written = in_turn(lambda: self._dynamodb.update_item(**update, ReturnValues="ALL_NEW"))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise _ended() from None
        return job_from(from_attributes(written["Attributes"]))

    def _change_with(self, job: Job, changes: dict[str, Any], actions: list[Action], **update: Any) -> None:
        """As _update, together with these actions."""
        if not actions:
            self._update(job.task_id, changes, **update)
            return
        try:
            write_all(self._dynamodb, [{"Update": self._update_of(job.task_id, changes, **update)}, *actions])
        except Cancelled:
            raise _ended() from None

    def _update_of(
        self,
        task_id: str,
        changes: dict[str, Any],
        *,
        add: dict[str, set[str]] | None = None,
        remove: Iterable[str] = (),
        seen: dict[str, Any] | None = None,
        condition: str = _NOT_FINAL,
    ) -> Action:
        return record_update(
            self._table,
            job_key(task_id),
            changes,
            add=add,
            remove=remove,
            seen=seen or {},
            condition=condition,
            compared=_FINAL_STATES if condition == _NOT_FINAL else {},
        )


def _named(job: Job, kie_task_id: str) -> dict[str, set[str]]:
    """What a ring adds to the tasks that were named: a swapped one does not push out the true one."""
    if job.kie_task_id or len(job.rung_kie_task_ids) >= _NAMES:
        return {}
    return {"rungKieTaskIds": {kie_task_id}}


def _ended() -> JobEnded:
    return JobEnded("The job is already final or has gone on.", code="job-ended")


@cache
def jobs() -> Jobs:
    """The configured jobs table, reached at first use."""
    return Jobs(os.environ["JOBS_TABLE"], client("dynamodb"), ledger())
