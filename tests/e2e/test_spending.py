"""What images would cost, asked for nothing; what they have cost, told to whoever may know."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import eventually, unique

CARD = {"preset": "quote-card", "variables": {"quote": "Less is more"}, "resolution": "1K"}


@pytest.fixture
def carol(cloud: Cloud) -> Caller:
    return cloud.caller(unique("carol"))


@pytest.fixture
def operator(cloud: Cloud) -> Caller:
    return cloud.caller(unique("operator"), operator=True)


def usage(caller: Caller, **query: str) -> dict[str, Any]:
    answer = caller.api.get("/api/usage", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_estimates_spend_nothing_and_leave_nothing_behind(cloud: Cloud, carol: Caller) -> None:
    accepted = cloud.accepted()

    estimated = carol.api.post("/api/images/estimate", json=CARD)
    tried = carol.api.post("/api/images/generate", params={"dryRun": "true"}, json=CARD)
    too_dear = carol.api.post("/api/images/generate", json=CARD | {"maxCost": 0.05})

    assert (estimated.status_code, estimated.json()["price"]) == (200, {"credits": 18, "usd": 0.09})
    assert "Less is more" in estimated.json()["prompt"]
    assert estimated.json()["pricesAsOf"] == "2026-07-01"
    assert (tried.status_code, tried.json()) == (200, estimated.json())
    assert (too_dear.status_code, too_dear.json()["code"]) == (402, "max-cost-exceeded")
    assert cloud.accepted() == accepted
    assert carol.api.get("/api/images").json()["jobs"] == []
    assert usage(carol)["rows"] == []


def test_what_two_jobs_have_cost_is_told_to_their_caller_and_to_operators(
    cloud: Cloud, carol: Caller, operator: Caller
) -> None:
    before = sum(row["images"] for row in usage(operator, groupBy="preset")["rows"] if row["name"] == "quote-card")

    wishes: list[dict[str, Any]] = [CARD, {"prompt": "a leaf", "resolution": "4K", "maxCost": 0.12}]
    taken = [carol.api.post("/api/images/generate", json=wish) for wish in wishes]
    ended = [carol.finished(answer.json()["taskId"]) for answer in taken]

    assert [job["state"] for job in ended] == ["success", "success"]
    told = eventually(lambda: found if (found := usage(carol))["total"]["images"] == 2 else None)
    total = {"images": 2, "spentCredits": 42, "spentUsd": 0.21, "reservedCredits": 0, "reservedUsd": 0}
    assert told["total"] == total
    name = carol.api.get("/api/account").json()["caller"]
    (own,) = usage(carol, groupBy="caller")["rows"]
    assert own == {"name": name, **total}
    everybody = usage(operator, groupBy="caller")
    assert own in everybody["rows"]
    assert everybody["total"]["spentCredits"] >= 42
    (preset,) = (row for row in usage(operator, groupBy="preset")["rows"] if row["name"] == "quote-card")
    assert preset["images"] == before + 1
    refused = carol.api.get("/api/usage", params={"groupBy": "preset"})
    assert (refused.status_code, refused.json()["code"]) == (403, "operators-only")


def test_who_has_little_gets_no_more_than_that_however_much_is_asked_for_at_once(cloud: Cloud) -> None:
    poor = cloud.caller("poor")  # the stack of the tests gives them $0.30 a day
    accepted = cloud.accepted()

    with ThreadPoolExecutor(5) as pool:
        answers = list(
            pool.map(
                lambda number: poor.api.post("/api/images/generate", json={"prompt": f"poor {number}"}), range(5)
            )
        )

    refused = [answer.json() for answer in answers if answer.status_code == 402]
    taken = [answer.json()["taskId"] for answer in answers if answer.status_code == 202]
    ended = [poor.finished(task_id) for task_id in taken]
    assert [job["state"] for job in ended].count("success") == 3
    assert {job["failCode"] for job in ended} <= {None, "budget-exceeded"}
    assert {problem["code"] for problem in refused} <= {"budget-exceeded"}
    assert cloud.accepted() == accepted + 3
    last = poor.api.post("/api/images/generate", json={"prompt": "one more"})
    assert (last.status_code, last.json()["charged"]) == (402, "no")
    assert "The day budget of the caller poor, $0.30, has no room for $0.09 more." in last.json()["detail"]
    (left,) = poor.api.post("/api/images/estimate", json={"prompt": "one more"}).json()["budgets"]
    assert (left["name"], left["leftUsd"]) == ("poor", 0.03)
