"""What the record tells of a create: the slot, the intent, what came of it, and what is free again."""

from collections.abc import Callable

import pytest

from plantain.errors import JobEnded, OutcomeUnknown, TryAgainLater
from plantain.job import Balance, Job
from plantain.jobs import creates
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.spending.counters import utc_day
from tests.builders import KIE_TASK_ID, a_job
from tests.conftest import Cloud

MOMENT = 1_800_000_000_000

Later = Callable[[int], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """So many ms after MOMENT, where it begins."""

    def pass_to(ms: int) -> None:
        monkeypatch.setattr(creates, "now_ms", lambda: MOMENT + ms)

    pass_to(0)
    return pass_to


@pytest.fixture
def job(cloud: Cloud, later: Later) -> Job:
    return reservations().reserve(a_job()).job


def now(job: Job) -> Job:
    return jobs().get(job.task_id)


def test_what_was_sent_is_given_no_earlier_image(job: Job) -> None:
    jobs().begin_create(job)

    with pytest.raises(JobEnded):
        jobs().note_cached(job, a_job())

    assert now(job).cached_from is None


def test_a_first_slot_is_none_that_was_missed_and_each_other_is_one(job: Job) -> None:
    for slot, missed in ((MOMENT, 0), (MOMENT, 0), (MOMENT + 1, 1), (MOMENT + 2, 2)):
        jobs().note_slot(now(job), slot, in_front=True)
        assert (now(job).create_slot_at, now(job).create_slots_missed) == (slot, missed)


def test_an_intent_reserves_its_price_on_the_day_it_is_written(job: Job) -> None:
    attempt = jobs().begin_create(job)

    begun = now(job)
    assert (begun.create_started_at, begun.create_attempt) == (MOMENT, attempt)
    assert (begun.reserved_credits, begun.reserved_on) == (18, utc_day(MOMENT))


@pytest.mark.parametrize("accepted", [False, True])
def test_what_was_sent_before_is_in_doubt_even_with_a_task(job: Job, accepted: bool) -> None:
    jobs().begin_create(job)
    if accepted:
        jobs().accept(job, KIE_TASK_ID)

    with pytest.raises(OutcomeUnknown, match=r"^An earlier create was sent and its answer never came\. "):
        jobs().begin_create(job)


def test_what_has_a_task_and_was_not_sent_is_looked_at_again(job: Job) -> None:
    jobs().accept(job, KIE_TASK_ID)

    with pytest.raises(TryAgainLater, match=r"^It has a task by now\.$") as raised:
        jobs().begin_create(job)

    assert raised.value.code == "job-moved"


@pytest.mark.parametrize(("sent", "refusals", "missed"), [(True, 1, 0), (False, 0, 1)])
def test_a_create_that_was_not_accepted_leaves_nothing_but_its_count(
    job: Job, sent: bool, refusals: int, missed: int
) -> None:
    jobs().note_slot(job, MOMENT, in_front=True)
    attempt = jobs().begin_create(job)

    jobs().withdraw_create(job, attempt, sent=sent)

    left = now(job)
    assert (left.create_refusals, left.create_slots_missed) == (refusals, missed)
    assert (left.create_started_at, left.create_attempt, left.create_slot_at) == (None, None, None)
    assert (left.create_in_front, left.reserved_credits, left.reserved_on) == (False, None, None)


def test_a_task_is_written_down_with_the_time_it_was_taken(job: Job, later: Later) -> None:
    jobs().begin_create(job)
    later(5)

    jobs().accept(job, KIE_TASK_ID)

    taken = now(job)
    assert (taken.kie_task_id, taken.create_started_at, taken.accepted_at) == (KIE_TASK_ID, MOMENT, MOMENT + 5)


def test_a_job_that_is_given_a_task_before_its_create_is_under_way_and_reserves_nothing(job: Job) -> None:
    jobs().attach(job, KIE_TASK_ID)

    given = now(job)
    assert (given.state, given.kie_task_id) == ("processing", KIE_TASK_ID)
    assert (given.create_started_at, given.accepted_at) == (MOMENT, MOMENT)
    assert (given.reserved_credits, given.reserved_on) == (0, utc_day(MOMENT))


def test_a_job_that_is_just_being_sent_is_given_no_task(job: Job) -> None:
    jobs().begin_create(job)
    begun = now(job)

    with pytest.raises(JobEnded):
        jobs().attach(job, KIE_TASK_ID)

    assert now(job) == begun


def test_an_answer_is_lost_once_and_its_first_moment_stays(job: Job, later: Later) -> None:
    jobs().begin_create(job)
    before = Balance(100.0, MOMENT - 1)

    later(5)
    jobs().note_unknown(now(job), 82.0, before)
    later(9)
    jobs().note_unknown(now(job), 64.0)

    lost = now(job)
    assert (lost.state, lost.unknown_since) == ("processing", MOMENT + 5)
    assert (lost.balance_at_loss, lost.balance_before) == (82.0, before)
