"""Job records, reservations and lists, in a table."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.errors import ClaimInFlight, JobEnded, JobNotFound, OutcomeUnknown
from plantain.items import from_attributes, job_from, to_attributes, values_of
from plantain.job import Failure, Job, StoredImage, new_task_id
from plantain.jobs.claims import CLAIM_SECONDS, Claims
from plantain.jobs.listing import BadCursor, listing
from plantain.jobs.reservations import Reservations, reservations
from plantain.jobs.table import Jobs, jobs
from plantain.refusals import IdempotencyKeyReused
from plantain.spending.ledger import ledger
from plantain.task import Running, Succeeded
from tests.builders import KIE_TASK_ID, a_job, a_request
from tests.conftest import Cloud

IMAGE = StoredImage("images/x.png", "image/png", 3, "ab", 2, 1)
NO = Failure("kie-refused", "no", "no")


def reserved(**changes: Any) -> Job:
    return reservations().reserve(a_job(**changes)).job


def test_a_job_comes_back_as_it_was_written(cloud: Cloud) -> None:
    job = reserved(request=a_request(image_input=("https://example.com/a.png",)))

    assert jobs().get(job.task_id) == job


def test_every_field_of_a_job_survives_the_table() -> None:
    job = a_job(
        state="fail",
        handed_over=("https://kie/1",),
        create_slot_at=6,
        create_slots_missed=8,
        create_refusals=7,
        create_started_at=1,
        create_attempt="attempt",
        kie_task_id=KIE_TASK_ID,
        accepted_at=2,
        timeout_seen_at=3,
        late=True,
        unusable_seen_at=5,
        result_urls=("https://a/1",),
        cost_time=12_000,
        credits=17.5,
        images=(IMAGE,),
        failure=NO,
        ended_at=4,
    )

    assert job_from(from_attributes(to_attributes(values_of(job)))) == job


def test_an_unknown_job_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(JobNotFound):
        jobs().get("nobody")


def test_an_intent_is_written_once_and_a_second_create_stops(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)

    with pytest.raises(OutcomeUnknown):
        jobs().begin_create(job)

    assert jobs().get(job.task_id).charged == "unknown"


def test_a_withdrawn_intent_lets_the_create_be_sent_again(cloud: Cloud) -> None:
    job = reserved()
    jobs().withdraw_create(job, jobs().begin_create(job))

    jobs().begin_create(job)


def test_a_late_withdrawal_leaves_a_newer_intent_alone(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    job = reserved()
    monkeypatch.setattr("plantain.jobs.creates.now_ms", lambda: 1)
    first = jobs().begin_create(job)
    jobs().withdraw_create(job, first)
    monkeypatch.setattr("plantain.jobs.creates.now_ms", lambda: 2)
    jobs().begin_create(job)

    with pytest.raises(JobEnded):
        jobs().withdraw_create(job, first)

    assert jobs().get(job.task_id).create_started_at == 2


def test_a_withdrawal_that_is_sent_twice_is_one(cloud: Cloud) -> None:
    job = reserved()
    attempt = jobs().begin_create(job)
    jobs().withdraw_create(job, attempt)

    jobs().withdraw_create(job, attempt)

    assert jobs().get(job.task_id).create_started_at is None


class SentTwice:
    """DynamoDB as botocore sees it when the first answer is lost: the write is there, and is sent again."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dynamodb, name)

    def update_item(self, **request: Any) -> Any:
        self._dynamodb.update_item(**request)
        return self._dynamodb.update_item(**request)

    def transact_write_items(self, **request: Any) -> Any:
        self._dynamodb.transact_write_items(**request)
        return self._dynamodb.transact_write_items(**request)


@pytest.fixture
def losing(cloud: Cloud) -> Jobs:
    return Jobs("jobs", SentTwice(cloud.dynamodb), ledger())


def test_an_intent_that_is_sent_twice_is_ones_own(losing: Jobs) -> None:
    job = reserved()

    losing.withdraw_create(job, losing.begin_create(job))

    assert losing.begin_create(job)
    with pytest.raises(OutcomeUnknown):
        losing.begin_create(job)


def test_an_end_that_is_sent_twice_is_one_and_is_counted(losing: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    succeeded, failed = reserved(), reserved()

    losing.succeed(succeeded, [IMAGE])
    losing.fail(failed.task_id, NO)

    assert [jobs().get(job.task_id).state for job in (succeeded, failed)] == ["success", "fail"]
    assert capsys.readouterr().out.count('"JobsEnded":[1.0]') == 2
    with pytest.raises(JobEnded):
        losing.fail(succeeded.task_id, NO)


def test_a_failure_is_written_only_on_the_job_as_it_was_seen(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)

    with pytest.raises(JobEnded):
        jobs().fail(job.task_id, NO, seen=job)
    jobs().fail(job.task_id, NO, seen=jobs().get(job.task_id))

    assert jobs().get(job.task_id).failure == NO


def test_kies_id_is_kept_even_on_a_job_that_has_ended(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)
    jobs().fail(job.task_id, Failure("aborted", "stopped", "unknown"))

    jobs().accept(job, KIE_TASK_ID)

    ended = jobs().get(job.task_id)
    assert (ended.kie_task_id, ended.state, ended.charged) == (KIE_TASK_ID, "fail", "unknown")


def test_a_jobs_way_to_success(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)
    jobs().accept(job, KIE_TASK_ID)
    jobs().note_running(job, Running("processing"), late=True, timed_out=True)
    jobs().note_result(job, Succeeded(("https://a/1",), 12_000, 18.0))
    jobs().succeed(job, [IMAGE])

    ended = jobs().get(job.task_id)

    assert (ended.state, ended.kie_task_id, ended.late, ended.charged) == ("success", KIE_TASK_ID, True, "yes")
    assert (ended.cost_time, ended.credits, ended.images) == (12_000, 18.0, (IMAGE,))
    assert ended.accepted_at
    assert ended.timeout_seen_at
    assert ended.ended_at


def test_processing_never_goes_back_to_pending(cloud: Cloud) -> None:
    job = reserved()
    jobs().note_running(job, Running("processing"), late=False, timed_out=False)

    jobs().note_running(jobs().get(job.task_id), Running("pending"), late=False, timed_out=False)

    assert jobs().get(job.task_id).state == "processing"


@pytest.mark.parametrize("final", ["success", "fail"])
def test_nothing_changes_a_final_job(cloud: Cloud, final: str) -> None:
    job = reserved()
    if final == "success":
        jobs().succeed(job, [IMAGE])
    else:
        jobs().fail(job.task_id, NO)
    before = jobs().get(job.task_id)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: jobs().begin_create(job),
        lambda: jobs().withdraw_create(job, "attempt"),
        lambda: jobs().note_running(job, Running("processing"), late=True, timed_out=True),
        lambda: jobs().note_result(job, Succeeded(("https://b/1",))),
        lambda: jobs().succeed(job, []),
        lambda: jobs().fail(job.task_id, Failure("other", "other", "yes")),
    )

    for attempt in attempts:
        with pytest.raises(JobEnded):
            attempt()

    assert jobs().get(job.task_id) == before


def test_a_write_creates_no_job_that_was_not_reserved(cloud: Cloud) -> None:
    with pytest.raises(JobEnded):
        jobs().accept(a_job(), KIE_TASK_ID)


def test_without_a_key_every_wish_is_new(cloud: Cloud) -> None:
    assert reserved().task_id != reserved().task_id


def test_the_same_key_and_wish_is_the_same_job(cloud: Cloud) -> None:
    first = reservations().reserve(a_job(), "key-1")
    again = reservations().reserve(a_job(), "key-1")

    assert not first.replayed
    assert again.replayed
    assert again.job == first.job


def test_the_same_key_with_another_wish_is_refused(cloud: Cloud) -> None:
    reservations().reserve(a_job(), "key-1", "one wish")

    with pytest.raises(IdempotencyKeyReused):
        reservations().reserve(a_job(), "key-1", "another")


def test_a_key_belongs_to_its_caller(cloud: Cloud) -> None:
    first = reservations().reserve(a_job(), "key-1")
    other = reservations().reserve(a_job(caller="bob"), "key-1")

    assert other.job.task_id != first.job.task_id


def test_a_key_is_forgotten_after_seven_days(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CLAIM_SECONDS == 604_800
    first = reservations().reserve(a_job(), "key-1")
    now = first.job.created_at
    monkeypatch.setattr("plantain.jobs.claims.now_ms", lambda: now + (CLAIM_SECONDS - 60) * 1000)
    assert reservations().reserve(a_job(), "key-1").replayed
    monkeypatch.setattr("plantain.jobs.claims.now_ms", lambda: now + (CLAIM_SECONDS + 60) * 1000)
    assert not reservations().reserve(a_job(), "key-1").replayed


def test_two_transactions_in_each_others_way_are_a_claim_in_flight(cloud: Cloud) -> None:
    class Conflicting:
        def transact_write_items(self, **_: Any) -> None:
            raise cloud.dynamodb.exceptions.TransactionCanceledException(
                {
                    "Error": {"Code": "TransactionCanceledException", "Message": ""},
                    "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
                },
                "TransactWriteItems",
            )

    with pytest.raises(ClaimInFlight):
        Reservations(jobs(), Claims("jobs", Conflicting())).reserve(a_job(), "key-1")


def test_a_list_holds_the_callers_own_jobs_newest_first(cloud: Cloud) -> None:
    mine = [reserved().task_id for _ in range(5)]
    reserved(caller="bob")

    page = listing().page("alice", limit=10)

    assert [job.task_id for job in page.jobs] == mine[::-1]
    assert page.cursor is None


def test_a_cursor_goes_on_where_the_page_ended(cloud: Cloud) -> None:
    mine = [reserved().task_id for _ in range(5)]
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        page = listing().page("alice", limit=2, cursor=cursor)
        seen += [job.task_id for job in page.jobs]
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == mine[::-1]


def test_a_list_can_be_narrowed_to_a_state(cloud: Cloud) -> None:
    failed = reserved()
    for _ in range(5):
        reserved()
    jobs().fail(failed.task_id, NO)

    page = listing().page("alice", limit=2, state="fail")

    assert [job.task_id for job in page.jobs] == [failed.task_id]


def test_a_foreign_cursor_opens_no_other_list(cloud: Cloud) -> None:
    for _ in range(3):
        reserved(caller="bob")
    theirs = listing().page("bob", limit=1).cursor

    assert listing().page("alice", limit=10, cursor=theirs).jobs == ()


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "e30", "IiI", "_" * 5000, "ü"])
def test_a_made_up_cursor_is_refused(cloud: Cloud, cursor: str) -> None:
    with pytest.raises(BadCursor):
        listing().page("alice", limit=1, cursor=cursor)


def test_a_task_id_is_a_uuid7_and_sorts_by_time() -> None:
    ids = [new_task_id() for _ in range(50)]

    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids
    )
    assert len(set(ids)) == 50
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)


@given(
    failure=st.none() | st.builds(Failure, st.just("x"), st.just("x"), st.sampled_from(["yes", "no", "unknown"])),
    started=st.none() | st.just(1),
    urls=st.sampled_from([(), ("https://a/1",)]),
)
def test_a_job_always_states_what_it_cost(
    failure: Failure | None, started: int | None, urls: tuple[str, ...]
) -> None:
    job = replace(a_job(), failure=failure, create_started_at=started, result_urls=urls)

    if failure:
        assert job.charged == failure.charged
    elif urls:
        assert job.charged == "yes"
    else:
        assert job.charged == ("unknown" if started else "no")
