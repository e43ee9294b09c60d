"""What an image would cost and come to: told before anything is asked for, and nothing is written or spent."""

import datetime as dt
import json
from types import ModuleType
from typing import Any

import pytest

from functions.estimate_job import app as estimate_job
from functions.submit_job import app as submit_job
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.pace.pausing import pausing
from tests.builders import a_job
from tests.conftest import SETTINGS, Cloud
from tests.functions.conftest import Answer, Started, call, http_event

CARD = {"preset": "quote-card", "variables": {"quote": "Less is more"}, "aspectRatio": "16:9"}
WAYS = [(estimate_job, "/api/images/estimate"), (submit_job, "/api/images/generate?dryRun=true")]
BOTH = pytest.mark.parametrize(("app", "path"), WAYS, ids=["estimate", "dryRun"])


def ask(app: ModuleType, path: str, body: Any) -> Answer:
    return call(app, http_event("POST", path, body=json.dumps(body), headers={"idempotency-key": "card"}))


def written(cloud: Cloud) -> list[str]:
    """Whatever lies in the table, but for the callers' rates."""
    ids = [item["id"]["S"] for item in cloud.dynamodb.scan(TableName="jobs")["Items"]]
    return [id for id in ids if not id.startswith("rate#")]


@BOTH
def test_a_wish_is_priced_and_nothing_is_written_or_started(
    cloud: Cloud, started: Started, app: ModuleType, path: str
) -> None:
    answer = ask(app, path, {"prompt": " a leaf ", "resolution": "4K"})

    assert (answer.status, answer.json) == (
        200,
        {
            "preset": None,
            "model": "nano-banana-pro",
            "prompt": "a leaf",
            "aspectRatio": "16:9",
            "resolution": "4K",
            "outputFormat": "png",
            "imageInputs": {"own": 0, "brand": 0},
            "price": {"credits": 24, "usd": 0.12},
            "pricesAsOf": "2026-07-01",
            "budgets": [],
            "paused": None,
        },
    )
    assert '"price": {"credits": 24, "usd": 0.12}' in answer.text  # and not 24.0
    assert "ratelimit" in answer.headers
    assert (started.task_ids, written(cloud)) == ([], [])


@BOTH
def test_that_it_would_wait_for_the_end_of_a_pause_is_told(cloud: Cloud, app: ModuleType, path: str) -> None:
    pausing().pause("kie-credits", "Credits insufficient")

    paused = ask(app, path, {"prompt": "a leaf"}).json["paused"]

    assert (paused["by"], paused["reason"]) == ("kie-credits", "Credits insufficient")


@BOTH
def test_a_preset_is_worked_in_and_its_version_told_and_not_kept(
    cloud: Cloud, started: Started, app: ModuleType, path: str
) -> None:
    told = ask(app, path, CARD).json

    assert "Less is more" in told["prompt"]
    assert (told["preset"]["name"], len(told["preset"]["version"]), told["aspectRatio"]) == (
        "quote-card",
        12,
        "16:9",
    )
    assert written(cloud) == []


@BOTH
def test_what_is_left_of_each_budget_is_told(
    cloud: Cloud, settings: pytest.MonkeyPatch, started: Started, app: ModuleType, path: str
) -> None:
    settings.setenv(
        "BUDGETS",
        '{"stack": {"month": 300}, "callers": {"*": {"day": 0.1}}, "presets": {"card": {"day": 1}}}',
    )
    jobs().begin_create(reservations().reserve(a_job()).job)
    today = dt.datetime.now(dt.UTC).date()
    before = written(cloud)

    stack, alice = ask(app, path, {"prompt": "x"}).json["budgets"]

    assert stack | {"resetsAt": None} == {
        "scope": "stack",
        "name": "all",
        "period": f"{today:%Y-%m}",
        "resetsAt": None,
        "limitUsd": 300,
        "usedUsd": 0.09,
        "leftUsd": 299.91,
    }
    assert alice == {
        "scope": "caller",
        "name": "alice",
        "period": str(today),
        "limitUsd": 0.1,
        "usedUsd": 0.09,
        "leftUsd": 0.01,
        "resetsAt": f"{today + dt.timedelta(days=1)}T00:00:00Z",
    }
    assert written(cloud) == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prompt": " "},
        {"prompt": "x", "resolution": "8K"},
        {"preset": "quote-cart"},
        {"preset": "quote-card"},
        {"prompt": "x", "maxCost": -1},
        {"prompt": "x", "maxCost": 0.01},
        {"prompt": "x", "imageInput": ["http://10.0.0.1/"]},
    ],
)
def test_what_cannot_be_asked_for_cannot_be_estimated(
    cloud: Cloud, started: Started, body: dict[str, Any]
) -> None:
    asked, *tried = (
        {**ask(app, path, body).json, "instance": None}
        for app, path in [(submit_job, "/api/images/generate"), *WAYS]
    )

    assert asked["status"] in (400, 402)
    assert tried == [asked, asked]


@pytest.mark.parametrize("said", ["", "1", "yes", "True"])
def test_a_dry_run_is_asked_for_clearly_or_nothing_is_done(cloud: Cloud, started: Started, said: str) -> None:
    answer = ask(submit_job, f"/api/images/generate?dryRun={said}", {"prompt": "x"})

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/dryRun")
    assert started.task_ids == []


def test_a_dry_run_takes_no_other_headers_than_a_request(cloud: Cloud, started: Started) -> None:
    request = http_event("POST", WAYS[1][1], body='{"prompt": "x"}', headers={"idempotency-key": "a b"})

    assert call(submit_job, request).status == 400


def test_what_is_no_dry_run_is_made(cloud: Cloud, started: Started) -> None:
    assert ask(submit_job, "/api/images/generate?dryRun=false", {"prompt": "x"}).status == 202


@BOTH
def test_prices_that_lack_are_the_operators_to_mend(
    cloud: Cloud, settings: pytest.MonkeyPatch, started: Started, app: ModuleType, path: str
) -> None:
    settings.setenv("KIE_PRICES", SETTINGS["KIE_PRICES"].replace(', "4K": 24', ""))

    answer = ask(app, path, {"prompt": "x", "resolution": "4K"})

    assert (answer.status, answer.json["code"], answer.json["charged"]) == (500, "misconfigured", "no")
