"""What an operator may do with a job, in every state that one can be in, and with which sentence it is refused."""

import json
import re
from collections.abc import Callable
from typing import Any, cast

import httpx
import pytest

from plantain import job as job_module
from plantain.executions import Found
from plantain.job import Failure, Job, StoredImage
from plantain.jobs.open_jobs import open_jobs
from plantain.jobs.reservations import reservations
from plantain.jobs.table import Jobs, jobs
from plantain.kie.api import Kie
from plantain.kie.callbacks import callback_url
from plantain.recovery import adopting, doorbell, reopening
from plantain.recovery.doorbell import ring
from plantain.recovery.reopening import CREATE_MS, adopt, dismiss, redrive, resend
from plantain.refusals import CannotReopen
from plantain.spending.counters import counters_of, utc_day
from plantain.task import Charged, Running
from tests.builders import KIE_KEY, KIE_TASK_ID, a_job, record, used_credits
from tests.conftest import Cloud

OTHER, THIRD = "0" * 32, "1" * 32
IMAGE = StoredImage("images/x.png", "image/png", 3, "ab", 2, 1)
START = 1_800_000_000_000
MINUTE = 60_000

NOBODY_KNOWS = (
    "Nobody knows whether Kie.ai has a task of this job. If its log page shows one, adopt it; if it shows none, "
    "the job can be sent again."
)
IS_PENDING = "The job has not failed: it is pending. Wait until it has ended."
IS_PROCESSING = "The job has not failed: it is processing. Wait until it has ended."
IS_MADE = "The job has not failed: it is success."
STAYS_REFUSED = "A job that failed with kie-refused stays so: ask for a new one."
WAS_FREE = "The job has cost nothing: Kie.ai has no task of it. It can be sent again."
WAS_FREE_AGAIN = (
    "The job has cost nothing: Kie.ai has no task of it. If its log page shows one of an earlier create, adopt "
    "that. It can be sent again."
)
HAS_A_TASK = "Kie.ai has a task of this job: redrive it. To send it again would pay twice."
HAS_ANOTHER = f"The job has another task at Kie.ai already: {KIE_TASK_ID}."
NEVER_SENT = "The job was never sent to Kie.ai."
JUST_ENDING = "The job's workflow is just ending. Try again in a minute."
BEING_WRITTEN = "The job's workflow has ended, which is being written down. Try again in half an hour."
FOR_ANOTHER = "Kie.ai says that this task was made for another request."
NOT_TOLD = (
    "Kie.ai does not tell what this task was made for. If its log page shows this job's prompt and settings "
    "beside it, adopt it with --force."
)


class Clock:
    """The module `time` of the jobs, in whole ms."""

    now = START

    def time_ns(self) -> int:
        return self.now * 1_000_000


class Executions:
    """Step Functions, which has of each execution only the status that is said here."""

    def __init__(self) -> None:
        self.status: str | None = None
        self.started: list[str] = []

    def start(self, name: str) -> None:
        self.started.append(name)

    def found(self, _: str) -> Found | None:
        return Found(self.status, "") if self.status else None


@pytest.fixture(autouse=True)
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(job_module, "time", cast(Any, clock))
    return clock


@pytest.fixture(autouse=True)
def executions(monkeypatch: pytest.MonkeyPatch) -> Executions:
    fake = Executions()
    for module in (reopening, doorbell):
        monkeypatch.setattr(module, "executions", lambda: fake)
    return fake


@pytest.fixture(autouse=True)
def made_for(monkeypatch: pytest.MonkeyPatch) -> dict[str, Job]:
    """Which task Kie.ai has made for which job; of all others it does not tell."""
    made: dict[str, Job] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        job = made.get(request.url.params["taskId"])
        asked = {"model": "nano-banana-pro", "callBackUrl": job and callback_url("https://api.test", job)}
        told = record("waiting", param=json.dumps(asked | {"input": "{}"}) if job else "…")
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(told).encode()))

    kie = Kie(
        "https://kie.test", key=lambda: KIE_KEY, fresh_key=lambda: KIE_KEY, transport=httpx.MockTransport(answer)
    )
    monkeypatch.setattr(adopting, "kie", lambda: kie)
    return made


def now(job: Job) -> Job:
    return jobs().get(job.task_id)


def failed(job: Job, code: str, charged: Charged) -> Job:
    jobs().fail(job.task_id, Failure(code, "…", charged))
    return now(job)


# The states of a job, each made from the one before it.


def waiting() -> Job:
    return reservations().reserve(a_job()).job


def sent() -> Job:
    job = waiting()
    jobs().begin_create(job)
    return now(job)


def in_doubt() -> Job:
    job = sent()
    jobs().note_unknown(job)
    return now(job)


def accepted() -> Job:
    job = sent()
    jobs().accept(job, KIE_TASK_ID)
    return now(job)


def lost() -> Job:
    return failed(in_doubt(), "outcome-unknown", "unknown")


def given_up() -> Job:
    return failed(accepted(), "timed-out", "unknown")


def paid() -> Job:
    return failed(accepted(), "image-not-stored", "yes")


def refused() -> Job:
    return failed(sent(), "kie-refused", "no")


def drawn_badly() -> Job:
    return failed(accepted(), "kie-refused", "no")


def not_sent() -> Job:
    return failed(waiting(), "not-sent", "no")


def made() -> Job:
    job = accepted()
    jobs().succeed(job, [IMAGE])
    return now(job)


def waiting_again() -> Job:
    """Sent again by an operator, and not sent yet."""
    job = lost()
    jobs().reopen(job, {"state": "pending"}, forget=["createStartedAt", "createAttempt"])
    return now(job)


def not_sent_again() -> Job:
    return failed(waiting_again(), "not-sent", "no")


def adopt_its_own(task_id: str) -> Job:
    return adopt(task_id, KIE_TASK_ID)


def adopt_its_own_by_force(task_id: str) -> Job:
    return adopt(task_id, KIE_TASK_ID, force=True)


def adopt_another(task_id: str) -> Job:
    return adopt(task_id, OTHER)


def adopt_another_by_force(task_id: str) -> Job:
    return adopt(task_id, OTHER, force=True)


def assert_refused(command: Callable[[str], object], job: Job, sentence: str, executions: Executions) -> None:
    before = now(job)
    with pytest.raises(CannotReopen, match=f"^{re.escape(sentence)}$"):
        command(job.task_id)
    assert (now(job), executions.started) == (before, [])


def before(monkeypatch: pytest.MonkeyPatch, method: str, do: Callable[[], object]) -> None:
    """Do this once, just before the table is asked for that."""
    real: Any = getattr(Jobs, method)
    left = [do]

    def meanwhile(self: Jobs, *given: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return real(self, *given, **named)

    monkeypatch.setattr(Jobs, method, meanwhile)


def used(job: Job) -> set[float]:
    """What the counters of that day hold of it."""
    return {used_credits(one) for one in counters_of(job, utc_day(START))}


@pytest.mark.parametrize(
    ("command", "state", "sentence"),
    [
        (redrive, lost, NOBODY_KNOWS),
        (redrive, refused, STAYS_REFUSED),
        (redrive, drawn_badly, STAYS_REFUSED),
        (redrive, not_sent, WAS_FREE),
        (redrive, not_sent_again, WAS_FREE_AGAIN),
        (redrive, made, IS_MADE),
        (resend, waiting, IS_PENDING),
        (resend, sent, IS_PENDING),
        (resend, accepted, IS_PENDING),
        (resend, in_doubt, IS_PROCESSING),
        (resend, refused, STAYS_REFUSED),
        (resend, drawn_badly, STAYS_REFUSED),
        (resend, given_up, HAS_A_TASK),
        (resend, paid, HAS_A_TASK),
        (resend, made, IS_MADE),
        (adopt_its_own, waiting, NEVER_SENT),
        (adopt_its_own, not_sent, NEVER_SENT),
        (adopt_its_own_by_force, not_sent, NEVER_SENT),
        (adopt_its_own, drawn_badly, STAYS_REFUSED),
        (adopt_its_own, made, IS_MADE),
        (adopt_another, accepted, HAS_ANOTHER),
        (adopt_another_by_force, accepted, HAS_ANOTHER),
        (adopt_another, given_up, HAS_ANOTHER),
        (adopt_another, made, HAS_ANOTHER),
        (adopt_another_by_force, made, IS_MADE),
        (adopt_another_by_force, drawn_badly, STAYS_REFUSED),
        (adopt_another, lost, NOT_TOLD),
        (adopt_another, in_doubt, NOT_TOLD),
        (adopt_another, waiting_again, NOT_TOLD),
        (dismiss, waiting, IS_PENDING),
        (dismiss, accepted, IS_PENDING),
        (dismiss, in_doubt, IS_PROCESSING),
        (dismiss, made, IS_MADE),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason_and_changes_nothing(
    executions: Executions, command: Callable[[str], object], state: Callable[[], Job], sentence: str
) -> None:
    assert_refused(command, state(), sentence, executions)


@pytest.mark.parametrize("command", [redrive, resend, adopt_its_own])
@pytest.mark.parametrize("state", [lost, given_up])
def test_a_workflow_that_is_just_ending_is_not_overtaken(
    executions: Executions, command: Callable[[str], object], state: Callable[[], Job]
) -> None:
    executions.status = "RUNNING"

    assert_refused(command, state(), JUST_ENDING, executions)


@pytest.mark.parametrize(("command", "state"), [(redrive, accepted), (resend, waiting_again)])
@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"])
def test_a_workflow_that_has_ended_unheard_is_waited_for(
    executions: Executions, command: Callable[[str], object], state: Callable[[], Job], status: str
) -> None:
    executions.status = status

    assert_refused(command, state(), BEING_WRITTEN, executions)


@pytest.mark.parametrize(("command", "state"), [(redrive, accepted), (resend, waiting_again)])
@pytest.mark.parametrize("status", [None, "RUNNING", "PENDING_REDRIVE"])
def test_what_goes_on_already_is_started_once_more_and_stays_as_it_is(
    executions: Executions, command: Callable[[str], object], state: Callable[[], Job], status: str | None
) -> None:
    job = state()
    executions.status = status

    assert command(job.task_id) == job

    assert (now(job), executions.started) == (job, [job.execution_name])


def test_a_redriven_job_goes_on_with_its_task_as_if_it_had_just_rung(clock: Clock, executions: Executions) -> None:
    job = accepted()
    jobs().note_running(job, Running("processing"), late=False, timed_out=True)
    jobs().note_unusable(job)
    failed(job, "timed-out", "unknown")
    clock.now += 5

    again = redrive(job.task_id)

    assert (again.state, again.kie_task_id, again.failure, again.ended_at) == (
        "processing",
        KIE_TASK_ID,
        None,
        None,
    )
    assert (again.create_started_at, again.accepted_at, again.rung_at) == (START, START, START + 5)
    assert (again.timeout_seen_at, again.unusable_seen_at) == (None, None)
    assert (again.reopened, again.reopened_at, again.reserved_credits, used(job)) == (1, START + 5, 18, {18})
    assert (now(job), executions.started) == (again, [f"{job.task_id}-1"])


def test_a_redriven_job_that_was_paid_is_not_reserved_for_again() -> None:
    job = redrive(paid().task_id)

    assert (job.state, job.kie_task_id, job.reserved_credits, used(job)) == ("processing", KIE_TASK_ID, None, {18})


def test_a_lost_job_that_has_rung_is_redriven_with_the_task_that_kie_made_for_it(
    clock: Clock, made_for: dict[str, Job]
) -> None:
    job = lost()
    made_for[OTHER] = job
    ring(job, OTHER)
    clock.now += 5

    again = redrive(job.task_id)

    assert (again.kie_task_id, again.state, again.unknown_since) == (OTHER, "processing", None)
    assert (again.create_started_at, again.accepted_at, again.rung_at) == (START, START + 5, START + 5)


@pytest.mark.parametrize("state", [refused, not_sent])
def test_what_seemed_free_and_has_rung_is_redriven_and_counted_when_it_ends(
    clock: Clock, made_for: dict[str, Job], state: Callable[[], Job]
) -> None:
    job = state()
    made_for[OTHER] = job
    ring(job, OTHER)
    clock.now += 5

    again = redrive(job.task_id)

    assert (again.kie_task_id, again.reserved_credits, again.reserved_on) == (OTHER, 0, utc_day(START))
    assert again.create_started_at == (START if state is refused else START + 5)


@pytest.mark.parametrize("state", [lost, not_sent_again])
def test_an_adopted_job_goes_on_with_the_task_as_if_it_had_just_rung(
    clock: Clock, executions: Executions, made_for: dict[str, Job], state: Callable[[], Job]
) -> None:
    job = state()
    made_for[OTHER] = job
    clock.now += 5

    again = adopt(job.task_id, OTHER)

    assert (again.state, again.kie_task_id, again.failure) == ("processing", OTHER, None)
    assert again.create_started_at == (START if state is lost else START + 5)
    assert (again.accepted_at, again.rung_at) == (START + 5, START + 5)
    assert again.reserved_credits == (18 if state is lost else 0)
    assert (now(job), executions.started) == (again, [again.execution_name])


@pytest.mark.parametrize("state", [sent, in_doubt, waiting_again])
def test_a_job_that_has_not_ended_takes_the_task_and_looks_at_once(
    clock: Clock, executions: Executions, made_for: dict[str, Job], state: Callable[[], Job]
) -> None:
    job = state()
    made_for[OTHER] = job
    clock.now += 5

    adopt(job.task_id, OTHER)

    again = now(job)
    assert (again.kie_task_id, again.accepted_at, again.rung_at) == (OTHER, START + 5, START + 5)
    assert again.create_started_at == (START + 5 if state is waiting_again else START)
    assert again.state == ("pending" if state is sent else "processing")
    assert (again.reserved_credits, again.reserved_on) == (0 if state is waiting_again else 18, utc_day(START))
    assert executions.started == [job.execution_name]


def test_a_job_that_has_the_task_already_is_asked_nothing_more(executions: Executions) -> None:
    job = accepted()

    adopt(job.task_id, KIE_TASK_ID)

    assert (now(job).kie_task_id, executions.started) == (KIE_TASK_ID, [job.task_id])


def test_a_job_that_was_never_sent_can_be_adopted_by_the_task_that_rang_for_it(
    executions: Executions, made_for: dict[str, Job]
) -> None:
    job = not_sent()
    made_for[OTHER] = made_for[THIRD] = job
    ring(job, OTHER)

    assert_refused(lambda task_id: adopt(task_id, THIRD), job, NEVER_SENT, executions)
    assert adopt(job.task_id, OTHER).kie_task_id == OTHER


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("state", [lost, in_doubt, waiting_again])
def test_a_task_that_was_made_for_another_is_not_adopted(
    executions: Executions, made_for: dict[str, Job], force: bool, state: Callable[[], Job]
) -> None:
    job = state()
    made_for[OTHER] = a_job()

    assert_refused(lambda task_id: adopt(task_id, OTHER, force=force), job, FOR_ANOTHER, executions)


@pytest.mark.parametrize("state", [lost, given_up, paid, in_doubt])
def test_force_takes_the_operators_word_where_kie_does_not_tell(state: Callable[[], Job]) -> None:
    job = state()

    adopt(job.task_id, OTHER, force=True)

    assert now(job).kie_task_id == OTHER


def test_a_task_that_another_job_has_is_taken_from_it_by_force_alone(
    executions: Executions, made_for: dict[str, Job]
) -> None:
    job, other = lost(), waiting()
    made_for[OTHER] = job
    adopting.claimed_by(OTHER, other)
    mended = "If that job was given it by mistake, adopt it with --force."
    sentence = f"This task is that of the job {other.task_id}. {mended}"

    assert_refused(adopt_another, job, sentence, executions)
    assert adopt(job.task_id, OTHER, force=True).kie_task_id == OTHER


def test_a_job_that_is_sent_while_it_is_adopted_has_gone_on(
    executions: Executions, made_for: dict[str, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = waiting_again()
    made_for[OTHER] = job
    before(monkeypatch, "attach", lambda: jobs().begin_create(job))

    with pytest.raises(CannotReopen, match=r"^The job has just gone on\. Look at it, and do this again\.$"):
        adopt(job.task_id, OTHER)

    assert (now(job).kie_task_id, executions.started) == (None, [])


def test_a_job_that_ends_while_it_is_adopted_keeps_the_task_for_the_next_time(
    executions: Executions, made_for: dict[str, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = in_doubt()
    made_for[OTHER] = job
    before(monkeypatch, "note_ring", lambda: failed(job, "outcome-unknown", "unknown"))
    sentence = "The job has ended this very moment. Do this again: it goes on with the task then."

    with pytest.raises(CannotReopen, match=f"^{re.escape(sentence)}$"):
        adopt(job.task_id, OTHER)
    assert (now(job).state, executions.started) == ("fail", [])

    assert adopt(job.task_id, OTHER).state == "processing"


@pytest.mark.parametrize(
    ("passed", "minutes"),
    [
        (0, 11),
        (1, 10),
        (CREATE_MS - MINUTE - 1, 2),
        (CREATE_MS - MINUTE, 2),
        (CREATE_MS - MINUTE + 1, 1),
        (CREATE_MS - 1, 1),
    ],
)
def test_a_create_that_may_still_be_under_way_is_not_sent_again(
    clock: Clock, executions: Executions, passed: int, minutes: int
) -> None:
    job = lost()
    clock.now += passed

    sentence = f"Its create may still be under way. Try again in {minutes} minutes."
    assert_refused(resend, job, sentence, executions)


def test_ten_minutes_after_its_create_a_job_is_sent_again_from_the_start(
    clock: Clock, executions: Executions, made_for: dict[str, Job]
) -> None:
    job = waiting()
    for missed in range(2):
        jobs().note_slot(now(job), START + missed, in_front=True)
    jobs().withdraw_create(job, jobs().begin_create(job))
    jobs().note_slot(now(job), START, in_front=True)
    jobs().begin_create(now(job))
    jobs().note_unknown(now(job), 100.0)
    jobs().note_ring(now(job), OTHER)
    jobs().note_balance_at_end(now(job), 82.0)
    was = failed(job, "outcome-unknown", "unknown")
    assert (was.create_refusals, was.create_slots_missed, was.reserved_credits, used(job)) == (1, 1, 18, {18})
    made_for[OTHER] = a_job()
    clock.now = START + CREATE_MS

    again = resend(job.task_id)

    assert (again.state, again.create_refusals, again.create_slots_missed) == ("pending", 0, 0)
    assert (again.create_started_at, again.create_attempt, again.create_slot_at) == (None, None, None)
    assert (again.rung_at, again.unknown_since, again.balance_at_loss, again.balance_at_end) == (None,) * 4
    assert (again.reserved_credits, again.reserved_on, used(job)) == (None, None, {0})
    assert (again.failure, again.ended_at, again.reopened, again.reopened_at) == (None, None, 1, clock.now)
    assert (now(job), executions.started) == (again, [f"{job.task_id}-1"])


@pytest.mark.parametrize("state", [not_sent, not_sent_again])
def test_what_was_never_sent_is_sent_again_at_once(executions: Executions, state: Callable[[], Job]) -> None:
    job = state()

    again = resend(job.task_id)

    assert (again.state, again.reopened) == ("pending", (job.reopened or 0) + 1)
    assert executions.started == [again.execution_name]


def test_a_job_that_was_sent_again_and_lost_again_is_not_started_as_if_it_waited(executions: Executions) -> None:
    job = waiting_again()
    jobs().begin_create(job)

    assert_refused(resend, job, IS_PENDING, executions)


def test_what_has_rung_and_is_not_told_of_is_not_sent_again(clock: Clock, executions: Executions) -> None:
    job = lost()
    for kie_task_id in (THIRD, OTHER):
        ring(now(job), kie_task_id)
    clock.now += CREATE_MS
    sentence = (
        f"Kie.ai rang for {OTHER} and {THIRD} and does not tell what that was made from: it may be this job's. If "
        "its log page shows this job's prompt and settings beside it, adopt it with --force. Else ask for a new "
        "image, and dismiss this job."
    )

    assert_refused(resend, job, sentence, executions)


def test_what_rang_for_another_job_does_not_keep_it_from_being_sent_again(
    clock: Clock, made_for: dict[str, Job]
) -> None:
    job = lost()
    made_for[OTHER] = a_job()
    ring(job, OTHER)
    clock.now += CREATE_MS

    assert resend(job.task_id).rung_kie_task_ids == {OTHER}


@pytest.mark.parametrize("state", [lost, given_up, paid])
def test_a_job_that_is_dismissed_is_listed_no_longer_and_stays_as_it_is(
    executions: Executions, state: Callable[[], Job]
) -> None:
    job = state()
    assert [one.task_id for one in open_jobs().unsettled(0)] == [job.task_id]

    assert dismiss(job.task_id) == job

    assert (list(open_jobs().unsettled(0)), now(job), executions.started) == ([], job, [])


def test_a_job_that_goes_on_while_it_is_dismissed_stays_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    job = lost()
    before(monkeypatch, "settle", lambda: ring(job, OTHER))
    sentence = "The job has gone on, or Kie.ai has rung for it. Look at the list again."

    with pytest.raises(CannotReopen, match=f"^{re.escape(sentence)}$"):
        dismiss(job.task_id)

    assert [one.task_id for one in open_jobs().unsettled(0)] == [job.task_id]
