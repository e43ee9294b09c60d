"""Budgets: what the configuration says, and that no order of creates goes over it."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from plantain import transactions
from plantain.errors import Misconfigured, OverBudget
from plantain.job import Failure, Job, PresetRef, StoredImage, now_ms
from plantain.jobs.reservations import reservations
from plantain.jobs.table import Jobs, jobs
from plantain.spending.budgets import budgets_of
from plantain.spending.counters import Counter, counters_of, utc_day
from plantain.spending.ledger import Ledger, ledger
from plantain.task import Succeeded
from plantain.transactions import write_all
from tests.builders import a_job, a_request, sums_of, used_credits
from tests.conftest import Cloud

IMAGE = StoredImage("images/x.png", "image/png", 3, "ab", 2, 1)
USD = 0.09  # of one image of 18 credits


def reserved(**changes: Any) -> Job:
    return reservations().reserve(a_job(**changes)).job


def used(job: Job, scope: str = "stack", span: str = "day") -> float:
    day = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    (counter,) = (c for c in counters_of(job, day) if (c.scope, c.span) == (scope, span))
    return used_credits(counter)


@pytest.mark.parametrize(
    ("counter", "limit"),
    [
        (Counter("stack", "all", "2026-11-23"), 20),
        (Counter("stack", "all", "2026-11"), None),
        (Counter("caller", "alice", "2026-11"), 50),
        (Counter("caller", "alice", "2026-11-23"), None),  # alice has a row of her own
        (Counter("caller", "bob", "2026-11-23"), 5),
        (Counter("preset", "quote-card", "2026-11-23"), 1),
        (Counter("schedule", "leaf", "2026-11"), 0),
    ],
)
def test_a_budget_is_found_by_scope_name_and_period(counter: Counter, limit: float | None) -> None:
    found = budgets_of(
        '{"stack": {"day": 20}, "callers": {"*": {"day": 5}, "alice": {"month": 50}},'
        ' "presets": {"quote-card": {"day": 1}}, "schedules": {"*": {"month": 0}}}'
    )

    assert found.limit_of(counter) == limit


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "it is no JSON"),
        ("[]", "it is not an object. "),
        ('{"stack": {"day": -1}}', "stack/day is -1, not an amount of US dollars"),
        ('{"stack": {"day": "20"}}', 'stack/day is "20", not an amount'),
        ('{"stack": {"day": true}}', "stack/day is true, not an amount"),
        ('{"stack": {"day": NaN}}', "stack/day is NaN, not an amount"),
        ('{"stack": {"day": Infinity}}', "stack/day is Infinity, not an amount"),
        ('{"stack": {"week": 1}}', "stack/week is none of day, month"),
        ('{"caller": {"alice": {"day": 1}}}', "caller is none of callers, presets, schedules, stack"),
        ('{"callers": {"alice": {"week": 1}}}', "callers/alice/week is none of"),
        ('{"stack": 20}', "stack is not an object"),
    ],
)
def test_budgets_that_cannot_be_read_are_told_and_nothing_is_spent(text: str, told: str) -> None:
    with pytest.raises(Misconfigured, match=f"parameter Budgets cannot be used: {told}") as raised:
        budgets_of(text)

    assert raised.value.charged == "no"


@pytest.mark.parametrize(
    ("period", "resets_at"),
    [
        ("2026-11-23", "2026-11-24T00:00:00+00:00"),
        ("2026-12-31", "2027-01-01T00:00:00+00:00"),
        ("2026-11", "2026-12-01T00:00:00+00:00"),
        ("2026-12", "2027-01-01T00:00:00+00:00"),
        ("2027-01", "2027-02-01T00:00:00+00:00"),
        ("2027-02", "2027-03-01T00:00:00+00:00"),
    ],
)
def test_a_day_and_a_month_end_at_midnight_utc(period: str, resets_at: str) -> None:
    assert Counter("stack", "all", period).resets_at.isoformat() == resets_at


def test_a_create_stands_in_every_budget_it_is_part_of(cloud: Cloud) -> None:
    job = reserved(door="schedule", caller="schedules/leaf", stem="leaf", preset=PresetRef("card", "abc"))

    jobs().begin_create(job)

    for scope in ("stack", "caller", "preset", "schedule"):
        for span in ("day", "month"):
            assert used(job, scope, span) == 18
    found = jobs().get(job.task_id)
    assert (found.reserved_credits, found.reserved_on) == (18, f"{dt.datetime.now(dt.UTC):%Y-%m-%d}")


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ('{"stack": {"day": 0.1}}', "day budget of the whole stack"),
        ('{"stack": {"month": 0.1}}', "month budget of the whole stack"),
        ('{"callers": {"alice": {"day": 0.1}}}', "day budget of the caller alice"),
        ('{"presets": {"*": {"day": 0.1}}}', "day budget of the preset card"),
        ('{"schedules": {"leaf": {"month": 0.17}}}', "month budget of the schedule leaf"),
    ],
)
def test_the_create_that_goes_over_a_budget_is_refused_and_leaves_nothing(
    cloud: Cloud, settings: pytest.MonkeyPatch, text: str, budget: str
) -> None:
    settings.setenv("BUDGETS", text)
    first, second = (reserved(door="schedule", stem="leaf", preset=PresetRef("card", "abc")) for _ in range(2))
    jobs().begin_create(first)

    with pytest.raises(OverBudget, match=budget) as raised:
        jobs().begin_create(second)

    assert "Nothing was sent or charged." in str(raised.value)
    assert jobs().get(second.task_id) == second
    assert used(first) == used(first, "preset", "month") == 18


def test_a_budget_holds_exactly_as_many_images_as_it_pays_for(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BUDGETS", f'{{"stack": {{"day": {7 * USD:.2f}}}}}')

    for _ in range(7):
        jobs().begin_create(reserved())

    with pytest.raises(OverBudget):
        jobs().begin_create(reserved())


def test_a_budget_of_one_image_has_room_for_it(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BUDGETS", f'{{"stack": {{"day": {USD}}}}}')
    job = reserved()

    ledger().require_room(job)
    jobs().begin_create(job)

    assert used(job) == 18
    with pytest.raises(OverBudget):
        ledger().require_room(reserved())


@pytest.mark.parametrize("limit", [0, 0.08])
def test_a_budget_smaller_than_one_image_pays_for_none(
    cloud: Cloud, settings: pytest.MonkeyPatch, limit: float
) -> None:
    settings.setenv("BUDGETS", f'{{"stack": {{"day": {limit}}}}}')

    for refused in (jobs().begin_create, ledger().require_room):
        with pytest.raises(OverBudget):
            refused(reserved())


def succeeds(job: Job) -> None:
    jobs().note_result(job, Succeeded(("https://x.test/1.png",), 1, 12.0))
    jobs().succeed(job, [IMAGE])


def fails(charged: Any, credits: float | None = None) -> Callable[[Job], None]:
    return lambda job: jobs().fail(job.task_id, Failure("timed-out", "…", charged), credits=credits)


@pytest.mark.parametrize(
    ("ends", "left"),
    [
        (succeeds, 12),
        (lambda job: jobs().succeed(job, [IMAGE]), 18),  # Kie.ai has not said what it took
        (fails("no"), 0),
        (fails("yes", 20.0), 20),
        (fails("yes"), 18),
        (fails("unknown"), 18),
    ],
    ids=["success", "success at an unknown price", "not charged", "charged", "charged as estimated", "unknown"],
)
def test_an_end_settles_what_the_create_has_reserved(
    cloud: Cloud, ends: Callable[[Job], None], left: float
) -> None:
    job = reserved()
    jobs().begin_create(job)

    ends(job)

    assert used(job) == used(job, "caller", "month") == left
    assert (jobs().get(job.task_id).reserved_on is None) == (jobs().get(job.task_id).charged != "unknown")


def test_a_success_is_counted_with_what_it_took(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)

    succeeds(job)

    day, month = counters_of(job, utc_day(now_ms()))[:2]
    counted = {"usedCredits": 12, "spentCredits": 12, "imageCount": 1}
    for counter in (day, month):
        assert counted.items() <= sums_of(counter).items()
    assert {"group": "usage#stack", "member": f"{day.period}#all"}.items() <= sums_of(day).items()
    assert "group" not in sums_of(month)


def test_images_are_counted_on_the_day_of_their_create_and_only_where_there_are_any() -> None:
    begun = a_job(create_started_at=now_ms())

    assert len(Ledger("jobs", None).count(begun, 1)) == 4
    assert Ledger("jobs", None).count(begun, 0) == Ledger("jobs", None).count(a_job(), 1) == []


def test_a_create_that_was_not_accepted_gives_its_price_back(cloud: Cloud) -> None:
    job = reserved()

    jobs().withdraw_create(job, jobs().begin_create(job))

    assert used(job) == 0
    jobs().begin_create(job)
    assert used(job) == 18


def test_what_an_operator_sends_again_is_reserved_once(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)
    fails("unknown")(job)

    jobs().reopen(jobs().get(job.task_id), {"state": "pending"}, forget=["createStartedAt", "createAttempt"])
    assert used(job) == 0
    jobs().begin_create(job)
    assert used(job) == 18


def test_what_an_operator_adopts_keeps_its_place_until_it_ends(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)
    fails("unknown")(job)

    jobs().reopen(jobs().get(job.task_id), {"kieTaskId": "kie-1"})
    assert used(job) == 18
    succeeds(job)
    assert used(job) == 12


def test_what_seemed_free_and_goes_on_is_counted_in_full(cloud: Cloud) -> None:
    job = reserved()
    fails("no")(job)

    jobs().reopen(jobs().get(job.task_id), {"kieTaskId": "kie-1"})
    succeeds(job)

    assert used(job) == used(job, "caller", "month") == 12


def test_the_sums_of_days_are_listed_by_scope_and_those_of_months_are_not(cloud: Cloud) -> None:
    job = reserved(door="schedule", stem="leaf")
    jobs().begin_create(job)
    day = utc_day(now_ms())

    listed = {
        counter.key: (sums.get("group"), sums.get("member"))
        for counter in counters_of(job, day)
        for sums in [sums_of(counter)]
    }

    assert listed == {
        f"usage#stack#all#{day}": ("usage#stack", f"{day}#all"),
        f"usage#stack#all#{day[:7]}": (None, None),
        f"usage#caller#alice#{day}": ("usage#caller", f"{day}#alice"),
        f"usage#caller#alice#{day[:7]}": (None, None),
        f"usage#schedule#leaf#{day}": ("usage#schedule", f"{day}#leaf"),
        f"usage#schedule#leaf#{day[:7]}": (None, None),
    }


def test_a_paid_failure_that_becomes_a_success_is_paid_once(cloud: Cloud) -> None:
    job = reserved()
    jobs().begin_create(job)
    fails("yes", 18.0)(job)

    jobs().reopen(jobs().get(job.task_id), {})
    succeeds(job)

    day, month = counters_of(job, utc_day(now_ms()))[:2]
    counted = {"usedCredits": 18, "spentCredits": 18, "imageCount": 1}
    for counter in (day, month):
        assert counted.items() <= sums_of(counter).items()


def test_forty_creates_at_once_never_go_over_the_edge(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BUDGETS", f'{{"callers": {{"*": {{"month": {13 * USD:.2f}}}}}}}')
    waiting = [reserved() for _ in range(40)]

    def begins(job: Job) -> bool:
        try:
            jobs().begin_create(job)
        except OverBudget:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        begun = sum(pool.map(begins, waiting))

    assert begun == 13
    assert used(waiting[0], "caller", "month") == 13 * 18


class Conflicting:
    """DynamoDB while another transaction is on one of the items, so many times."""

    def __init__(self, cloud: Cloud, times: int) -> None:
        self.dynamodb, self.left = cloud.dynamodb, times

    def transact_write_items(self, **request: Any) -> Any:
        self.meet()
        return self.dynamodb.transact_write_items(**request)

    def transact_get_items(self, **request: Any) -> Any:
        self.meet()
        return self.dynamodb.transact_get_items(**request)

    def update_item(self, **request: Any) -> Any:
        if self.left:
            self.left -= 1
            raise self.dynamodb.exceptions.TransactionConflictException(
                {"Error": {"Code": "TransactionConflictException", "Message": ""}}, "UpdateItem"
            )
        return self.dynamodb.update_item(**request)

    def meet(self) -> None:
        if self.left:
            self.left -= 1
            raise self.dynamodb.exceptions.TransactionCanceledException(
                {
                    "Error": {"Code": "TransactionCanceledException", "Message": ""},
                    "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
                },
                "TransactWriteItems",
            )


def test_two_transactions_that_meet_take_turns(cloud: Cloud) -> None:
    job = a_job()

    write_all(Conflicting(cloud, 4), [{"Put": jobs().put_of(job)}])

    assert jobs().get(job.task_id) == job


def test_a_look_at_a_budget_that_a_create_is_just_writing_waits_its_turn(
    cloud: Cloud, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", '{"stack": {"day": 0.3}}')
    jobs().begin_create(reserved())

    (use,) = Ledger("jobs", Conflicting(cloud, 4)).uses(counters_of(a_job(), utc_day(now_ms())))

    assert use.used == 18


def test_a_write_of_one_item_that_a_transaction_is_just_writing_waits_its_turn(
    cloud: Cloud, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", '{"stack": {"day": 0.3}}')
    job = reserved()
    (counter, *_) = counters_of(job, utc_day(now_ms()))

    rung = Jobs("jobs", Conflicting(cloud, 4), ledger()).note_ring(job, "kie-1")
    Ledger("jobs", Conflicting(cloud, 4)).mark_told(counter, 80)

    assert rung.rung_kie_task_ids == {"kie-1"}
    (use,) = ledger().uses([counter])
    assert use.told == {80}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long transactions have waited for their turns, in s, without doing so."""
    waits: list[float] = []
    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=waits.append))
    return waits


def test_who_meets_others_comes_eight_times_and_waits_twice_as_long_each_time(
    cloud: Cloud, waits: list[float]
) -> None:
    write_all(Conflicting(cloud, 7), [{"Put": jobs().put_of(a_job())}])

    longest = [0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))


def test_a_transaction_that_meets_others_for_ever_is_a_fault(cloud: Cloud, waits: list[float]) -> None:
    with pytest.raises(cloud.dynamodb.exceptions.TransactionCanceledException):
        write_all(Conflicting(cloud, 8), [{"Put": jobs().put_of(a_job())}])

    assert len(waits) == 7


def test_a_look_at_the_budgets_counts_all_that_is_wanted_together(
    cloud: Cloud, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BUDGETS", '{"stack": {"day": 0.3}}')
    wanted = [a_job(request=a_request(resolution="4K")) for _ in range(3)]

    ledger().require_room(*wanted[:2])
    with pytest.raises(OverBudget, match=r"no room for \$0.36 more"):
        ledger().require_room(*wanted)

    assert used(wanted[0]) == 0
