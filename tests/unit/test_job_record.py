"""The job record under any order of its writers, each with a view of it that may be old: none undoes another's
work, and nothing leaves a final state but by an operator's word."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from moto import mock_aws

from plantain.errors import JobEnded, OutcomeUnknown, TryAgainLater
from plantain.items import from_attributes, to_attributes
from plantain.job import Failure, Job, StoredImage, new_task_id, task_id_of
from plantain.jobs.failures import failure_after
from plantain.jobs.records import OPEN, UNSETTLED, job_key
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.recovery.ended_executions import end_execution
from plantain.spending.counters import counters_of, utc_day
from plantain.task import Running, Succeeded
from tests.builders import RESULT_URL, a_job, sums_of
from tests.conftest import Cloud, make_cloud
from tests.in_memory import in_memory

IMAGE = StoredImage("images/x.png", "image/png", 3, "ab", 2, 1)
CREATE = ["createStartedAt", "createAttempt"]
EXAMPLES, STEPS = 100, 30

which = st.integers(0, 99)


class Record(RuleBasedStateMachine):
    """`views` is the job as anybody has seen it so far; `act` is every write, and what it must leave alone."""

    cloud: Cloud

    @initialize()
    def asked_for(self) -> None:
        job = reservations().reserve(a_job(caller=new_task_id())).job
        self.day = utc_day(job.created_at)
        self.task_id = job.task_id
        self.views: list[Job] = [job]
        self.attempts: list[str] = []
        self.names = {job.execution_name}
        self.begun = self.allowed = 0
        self.settled = False

    def view(self, number: int) -> Job:
        """Mostly a late one."""
        return self.views[-1 - number % len(self.views)]

    def act(self, write: Callable[[], object], *, operator: bool = False, takes_back: bool = False) -> bool:
        before, done = jobs().get(self.task_id), True
        try:
            write()
        except (JobEnded, OutcomeUnknown, TryAgainLater):
            done = False
        after = jobs().get(self.task_id)
        self.views.append(after)
        self.names.add(after.execution_name)
        if not done:
            assert after == before
        if before.is_final and not (operator and done):
            for name in ("state", "failure", "images", "ended_at", "reopened", "result_urls"):
                assert getattr(after, name) == getattr(before, name), name
        if not takes_back:
            assert before.create_started_at in (None, after.create_started_at)
            assert before.state == "pending" or after.state != "pending"
        assert before.kie_task_id is None or after.kie_task_id is not None
        if after.is_final and not before.is_final:
            self.settled = False
        return done

    @rule(number=which)
    def begins(self, number: int) -> None:
        if self.act(lambda: self.attempts.append(jobs().begin_create(self.view(number)))):
            self.begun += 1
            assert self.begun <= self.allowed + 1

    @rule(number=which, attempt=which)
    def withdraws(self, number: int, attempt: int) -> None:
        if self.attempts:
            mark, begun = self.attempts[attempt % len(self.attempts)], jobs().get(self.task_id).create_attempt
            job = self.view(number)
            if self.act(lambda: jobs().withdraw_create(job, mark), takes_back=True) and begun == mark:
                self.allowed += 1

    @rule(number=which, kie=st.sampled_from(["kie-1", "kie-2"]))
    def is_accepted(self, number: int, kie: str) -> None:
        self.act(lambda: jobs().accept(self.view(number), kie))

    @rule(number=which, balance=st.none() | st.just(5.0))
    def is_unknown(self, number: int, balance: float | None) -> None:
        self.act(lambda: jobs().note_unknown(self.view(number), balance))
        self.act(lambda: jobs().note_balance_at_end(self.view(number), balance))

    @rule(number=which)
    def rings(self, number: int) -> None:
        self.act(lambda: jobs().note_ring(self.view(number), "kie-1"))
        self.act(lambda: jobs().hear_ring(self.view(number)))
        seen = self.view(number)
        if self.act(lambda: jobs().note_late_ring(seen, "kie-1")) and seen.kie_task_id is None:
            self.settled = False

    @rule(number=which, late=st.booleans(), timed_out=st.booleans())
    def runs(self, number: int, late: bool, timed_out: bool) -> None:
        self.act(
            lambda: jobs().note_running(self.view(number), Running("processing"), late=late, timed_out=timed_out)
        )

    @rule(number=which)
    def is_drawn(self, number: int) -> None:
        self.act(lambda: jobs().note_result(self.view(number), Succeeded((RESULT_URL,), 1, 18.0)))
        self.act(lambda: jobs().note_unusable(self.view(number)))

    @rule(number=which)
    def is_stored(self, number: int) -> None:
        self.act(lambda: jobs().succeed(self.view(number), [IMAGE]))

    @rule(charged=st.sampled_from(["no", "yes", "unknown"]))
    def fails(self, charged: Any) -> None:
        self.act(lambda: jobs().fail(self.task_id, Failure("timed-out", "…", charged)))

    @rule(number=which)
    def fails_as_seen(self, number: int) -> None:
        seen = self.view(number)
        failure = failure_after(seen, "ABORTED", "")
        was_open = not jobs().get(self.task_id).is_final
        if self.act(lambda: jobs().fail(self.task_id, failure, seen=seen)) and was_open:
            assert self.views[-1].charged != "no" or self.views[-1].create_started_at is None
            assert self.views[-1].execution_name == seen.execution_name

    @rule(number=which, status=st.sampled_from(["FAILED", "TIMED_OUT", "ABORTED"]))
    def an_execution_ends(self, number: int, status: str) -> None:
        name, before = sorted(self.names)[number % len(self.names)], jobs().get(self.task_id)
        self.act(lambda: end_execution(name, status, ""))
        if name != before.execution_name:
            assert jobs().get(self.task_id) == before

    @rule(number=which)
    def is_redriven(self, number: int) -> None:
        seen = self.view(number)
        if seen.failure:
            self.is_opened(seen, lambda: jobs().reopen(seen, {"kieTaskId": seen.kie_task_id or "kie-1"}))

    @rule(number=which)
    def is_sent_again(self, number: int) -> None:
        seen = self.view(number)
        if seen.failure and seen.kie_task_id is None:
            before = jobs().get(self.task_id)
            if self.is_opened(seen, lambda: jobs().reopen(seen, {"state": "pending"}, forget=CREATE)):
                self.allowed += before.create_started_at is not None

    def is_opened(self, seen: Job, write: Callable[[], object]) -> bool:
        before = jobs().get(self.task_id)
        done = self.act(write, operator=True, takes_back=True)
        after = self.views[-1]
        if done:
            assert (before.state, before.failure, before.reopened) == ("fail", seen.failure, seen.reopened)
            assert after.reopened == (seen.reopened or 0) + 1
            assert task_id_of(after.execution_name) == self.task_id
            assert (after.failure, after.ended_at, after.unknown_since) == (None, None, None)
        return done

    @rule(number=which)
    def is_dismissed(self, number: int) -> None:
        seen = self.view(number)
        if seen.failure and self.act(lambda: jobs().settle(seen)):
            self.settled = True

    @invariant()
    def stands_in_the_budgets_with_what_it_has_cost_or_may_cost(self) -> None:
        if not hasattr(self, "task_id"):
            return
        job = jobs().get(self.task_id)
        for counter in counters_of(job, self.day)[2:]:  # of its caller, whom no other example has
            sums = sums_of(counter)
            used, spent = sums.get("usedCredits", 0), sums.get("spentCredits", 0)
            assert used == spent + (job.reserved_credits or 0), counter
            assert spent <= 18 * (self.allowed + 1)

    @invariant()
    def is_listed_as_it_should_be(self) -> None:
        if not hasattr(self, "task_id"):
            return
        answer = self.cloud.dynamodb.get_item(
            TableName="jobs", Key=to_attributes({"id": job_key(self.task_id)}), ConsistentRead=True
        )
        job = jobs().get(self.task_id)
        if job.state == "fail" and job.charged == "no" and job.kie_task_id and job.rung_kie_task_ids:
            return  # listed if it was rung for before it was accepted
        wanted = UNSETTLED if job.is_unsettled and not self.settled else None if job.is_final else OPEN
        assert from_attributes(answer["Item"]).get("open") == wanted


def test_no_order_of_writers_undoes_anything(settings: pytest.MonkeyPatch) -> None:
    with in_memory(time.time):
        play(EXAMPLES)


def test_so_it_is_over_moto(settings: pytest.MonkeyPatch) -> None:
    with mock_aws():
        play(3)


def play(examples: int) -> None:
    Record.cloud = make_cloud()
    run_state_machine_as_test(
        Record, settings=hypothesis_settings(max_examples=examples, stateful_step_count=STEPS, deadline=None)
    )
