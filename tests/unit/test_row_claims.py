"""The claims on the rows of batches: for good, but for what failed uncharged."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from plantain.errors import ClaimInFlight
from plantain.job import Failure, Job
from plantain.jobs import claims as claims_module
from plantain.jobs.claims import Claim, claim_id, claims
from plantain.jobs.reservations import Reservation, reservations
from plantain.jobs.standing import standing
from plantain.jobs.table import jobs
from tests.builders import a_job
from tests.conftest import Cloud

CLAIM = claim_id("alice", "row", "spring", "1", "wish")


def taken(group: str = "batch#1", **changes: Any) -> Reservation:
    return reservations().reserve_for_good(a_job(group=group, **changes), CLAIM)


def failed(job: Job, charged: Any) -> None:
    jobs().fail(job.task_id, Failure("content-policy", "no", charged))


def test_a_row_is_one_job_also_years_later(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    first = taken()
    later = first.job.created_at + 10 * 365 * 86_400_000
    monkeypatch.setattr(claims_module, "now_ms", lambda: later)

    again = taken("batch#2")

    assert (first.replayed, again.replayed) == (False, True)
    assert again.job.task_id == first.job.task_id


def test_what_failed_uncharged_is_made_anew_by_the_next_batch_and_by_the_same_one_not(cloud: Cloud) -> None:
    first = taken()
    failed(first.job, "no")

    assert taken().job.task_id == first.job.task_id
    second = taken("batch#2")
    assert (second.replayed, second.job.group) == (False, "batch#2")
    assert taken("batch#3").job.task_id == second.job.task_id


@pytest.mark.parametrize("charged", ["yes", "unknown"])
def test_what_may_have_been_paid_is_never_made_again(cloud: Cloud, charged: str) -> None:
    first = taken()
    failed(first.job, charged)

    assert taken("batch#2").job.task_id == first.job.task_id


def test_of_many_at_once_one_makes_it_anew(cloud: Cloud) -> None:
    first = taken()
    failed(first.job, "no")

    def take(number: int) -> str:
        return taken(f"batch#{number}").job.task_id

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(take, range(2, 10)))

    assert len(made) == 1
    assert made != {first.job.task_id}


def test_who_is_overtaken_finds_what_the_other_has_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the failed job and the write in its place another batch has been quicker."""
    first = taken()
    failed(first.job, "no")
    quicker = a_job(group="batch#2")
    real = type(claims()).write

    def overtaken(self: Any, put: Any, claim: Claim, *, instead_of: str | None = None) -> bool:
        if instead_of == first.job.task_id and claim.made != quicker.task_id:
            assert real(self, jobs().put_of(quicker), replace(claim, made=quicker.task_id), instead_of=instead_of)
        return real(self, put, claim, instead_of=instead_of)

    monkeypatch.setattr(type(claims()), "write", overtaken)

    assert taken("batch#3").job.task_id == quicker.task_id


def test_a_row_that_keeps_moving_is_claimed_this_very_moment(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed(taken().job, "no")
    monkeypatch.setattr(type(claims()), "write", lambda *_, **__: False)

    with pytest.raises(ClaimInFlight):
        taken("batch#2")


def test_no_claim_is_another_scopes(cloud: Cloud) -> None:
    ids = {
        claim_id("alice", "row", "spring", "1", "wish"),
        claim_id("alice", "row", "spring", "11", "wish"),
        claim_id("alice", "row", "spring1", "1", "wish"),
        claim_id("bob", "row", "spring", "1", "wish"),
        claim_id("alice", "batch", "spring"),
        claim_id("alice", "spring"),
    }
    assert len(ids) == 6


def test_many_rows_are_read_at_once_and_in_full(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fit into one read, of which DynamoDB may leave some unprocessed."""
    ids = [claim_id("alice", "row", "spring", str(number), "wish") for number in range(130)]
    made = {id: reservations().reserve_for_good(a_job(), id).job.task_id for id in ids[:120]}
    real = cloud.dynamodb.batch_get_item

    def leaves_some(**request: Any) -> Any:
        ((table, asked),) = request["RequestItems"].items()
        keys = asked["Keys"]
        answer = real(RequestItems={table: asked | {"Keys": keys[:60]}})
        return answer | {"UnprocessedKeys": {table: asked | {"Keys": keys[60:]}} if keys[60:] else {}}

    monkeypatch.setattr(cloud.dynamodb, "batch_get_item", leaves_some)

    assert {id: job.task_id for id, job in standing().jobs_of(ids).items()} == made
