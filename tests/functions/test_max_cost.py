"""What costs more than its wish allows is not asked for, and whoever asked is told both amounts."""

import json
from typing import Any

import pytest

from functions.check_batch import app as check_batch
from functions.create_task import app as create_task
from functions.submit_job import app as submit_job
from plantain.errors import TooDear
from plantain.jobs import jobs
from plantain.reservations import reservations
from tests.builders import a_job, a_request, created, kie_says
from tests.conftest import SETTINGS, Cloud, forget_cached
from tests.functions.conftest import Answer, LambdaContext, Started, call, http_event
from tests.functions.test_batches import Machine, lines, machine, names, post, step

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
def test_a_limit_makes_no_other_wish(cloud: Cloud, started: Started, wish: dict[str, Any]) -> None:
    first = submit(wish, idempotency_key="card")
    again = submit(wish | {"maxCost": 1}, idempotency_key="card")

    assert again.json["taskId"] == first.json["taskId"]
    assert again.headers["idempotency-replayed"] == "true"


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
