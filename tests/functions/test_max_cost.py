"""What costs more than its wish allows is not asked for, and whoever asked is told both amounts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.check_batch import app as check_batch
from functions.create_task import app as create_task
from functions.submit_job import app as submit_job
from plantain.errors import TooDear
from plantain.job import Failure
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.wishes.wish import fingerprint_of
from tests.builders import a_job, a_request, created, kie_says
from tests.conftest import SETTINGS, Cloud, forget_cached
from tests.functions.batching import Machine, lines, machine, names, post, step
from tests.functions.conftest import Answer, LambdaContext, Started, call, http_event

__all__ = ["machine", "names"]  # fixtures

CARD = {"preset": "quote-card", "variables": {"quote": "Less is more"}}


def submit(body: dict[str, Any], **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(submit_job, http_event("POST", "/api/images/generate", body=json.dumps(body), headers=named))


@pytest.mark.parametrize("wish", [{"prompt": "x"}, CARD])
def test_above_it_nothing_is_taken_in_and_both_amounts_are_told(
    cloud: Cloud, started: Started, wish: dict[str, Any]
) -> None:
    answer = submit(wish | {"maxCost": 0.0899}, idempotency_key="card")

    assert (answer.status, answer.json["code"], answer.json["charged"]) == (402, "max-cost-exceeded", "no")
    assert answer.json["detail"] == (
        "maxCost allows $0.0899 for an image, and this one costs $0.09 (18 credits, by the prices of 2026-07-01). "
        "Nothing was sent or charged."
    )
    assert started.task_ids == []
    assert submit(wish | {"maxCost": 0.09}, idempotency_key="card").status == 202  # the key was not used up


@pytest.mark.parametrize("wish", [{"prompt": "x"}, CARD])
@pytest.mark.parametrize("other", [{"maxCost": 2}, {"maxCost": 1, "cache": True}, {}])
def test_under_one_key_another_limit_or_cache_is_another_body(
    cloud: Cloud, started: Started, wish: dict[str, Any], other: dict[str, Any]
) -> None:
    first = submit(wish | {"maxCost": 1}, idempotency_key="card")
    again = submit(wish | {"maxCost": 1.0, "cache": False}, idempotency_key="card")
    changed = submit(wish | other, idempotency_key="card")

    assert (again.json["taskId"], again.headers["idempotency-replayed"]) == (first.json["taskId"], "true")
    assert (changed.status, changed.json["code"]) == (422, "idempotency-key-reused")


def test_what_has_ended_as_too_dear_is_asked_for_again_with_a_higher_limit_under_its_key(
    cloud: Cloud, started: Started
) -> None:
    def too_dear(task_id: str) -> None:
        jobs().fail(task_id, Failure("max-cost-exceeded", "Its maxCost allows $0.10 for an image", "no"))

    started.fate = too_dear
    refused = submit({"prompt": "x", "maxCost": 0.1}, idempotency_key="card")
    started.fate = lambda task_id: jobs().accept(jobs().get(task_id), "kie-task")

    assert submit({"prompt": "x", "maxCost": 0.1}, idempotency_key="card").json["taskId"] == refused.json["taskId"]
    raised = submit({"prompt": "x", "maxCost": 0.2}, idempotency_key="card")

    assert (refused.status, raised.status) == (402, 202)
    assert raised.json["taskId"] != refused.json["taskId"]


def test_a_row_with_another_limit_is_the_same_row() -> None:
    """What has its picture is not paid for once more because its file now allows more."""
    request = a_request()

    assert fingerprint_of(replace(request, max_cost=1.0, cache=True)) == fingerprint_of(request)


@pytest.mark.parametrize("cost", [0, -1, True, "0.1", [], 1e999, 10**400])
def test_it_is_an_amount_above_zero(cloud: Cloud, started: Started, cost: Any) -> None:
    answer = submit({"prompt": "x", "maxCost": cost})

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/maxCost")


def test_prices_that_rise_while_a_job_waits_stop_it_before_it_is_sent(
    cloud: Cloud, settings: pytest.MonkeyPatch
) -> None:
    job = reservations().reserve(a_job(request=a_request(max_cost=0.1))).job
    settings.setenv("KIE_PRICES", SETTINGS["KIE_PRICES"].replace('"2K": 18', '"2K": 21'))
    forget_cached()
    kie, sent = kie_says(created())
    settings.setattr(create_task, "kie", lambda: kie)

    with pytest.raises(TooDear):
        create_task.handler({"taskId": job.task_id}, LambdaContext())  # type: ignore[arg-type]

    ended = jobs().get(job.task_id)
    assert ended.failure is not None
    assert (ended.failure.code, ended.charged, sent) == ("max-cost-exceeded", "no", [])
    assert ended.failure.message.startswith(
        "Its maxCost allows $0.10 for an image, and this one costs $0.105 (21 cre"
    )


def test_a_row_that_costs_more_is_a_bad_row_and_stops_no_other(cloud: Cloud, machine: Machine) -> None:
    rows = [{"prompt": "a", "max_cost": 0.05}, {"prompt": "b", "max_cost": 0.2, "resolution": "4K"}]
    batch_id = post({"items": rows}).json["batchId"]

    step(check_batch, batchId=batch_id, taskToken="token")

    (bad,) = lines(cloud, batch_id, "errors.jsonl")
    assert (bad["number"], bad["faults"][0]["pointer"]) == (1, "/max_cost")
    assert bad["faults"][0]["detail"].startswith("allows $0.05 for an image, and this one costs $0.09")
    (good,) = (row for row in lines(cloud, batch_id, "rows.jsonl") if "request" in row)
    assert good["request"]["maxCost"] == 0.2
