"""What was made and spent: a caller sees its own, an operator everybody's."""

import datetime as dt
from typing import Any

import pytest

from functions.get_usage import app
from plantain.jobs.reservations import reservations
from plantain.jobs.table import jobs
from plantain.task import Succeeded
from tests.builders import a_job
from tests.conftest import Cloud
from tests.functions.conftest import Answer, call, http_event

NOVEMBER = "from=2026-11-01&to=2026-11-30"
A_DAY = "must be a day, as in 2026-11-23"


def see(query: str = "", *, caller: str = "alice", operator: Any = "false") -> Answer:
    request = http_event("GET", f"/api/usage?{query}", caller=caller)
    request["requestContext"]["authorizer"]["lambda"]["operator"] = operator
    return call(app, request)


def put(cloud: Cloud, scope: str, name: str, day: str, used: float, spent: float, images: int) -> None:
    cloud.dynamodb.put_item(
        TableName="jobs",
        Item={
            "id": {"S": f"usage#{scope}#{name}#{day}"},
            "group": {"S": f"usage#{scope}"},
            "member": {"S": f"{day}#{name}"},
            **{
                key: {"N": str(value)}
                for key, value in (("usedCredits", used), ("spentCredits", spent), ("imageCount", images))
            },
        },
    )


@pytest.fixture
def november(cloud: Cloud) -> Cloud:
    """Some days of some callers, with one before and one behind."""
    for name, day, used, spent, images in (
        ("alice", "2026-10-31", 18, 18, 1),
        ("alice", "2026-11-01", 36, 18, 1),
        ("alice", "2026-11-30", 18, 18, 1),
        ("alice", "2026-12-01", 18, 18, 1),
        ("bob", "2026-11-01", 90, 90, 5),
        ("alice2", "2026-11-01", 1, 1, 1),
    ):
        put(cloud, "caller", name, day, used, spent, images)
    put(cloud, "stack", "all", "2026-11-01", 126, 108, 6)
    put(cloud, "stack", "all", "2026-11-30", 18, 18, 1)
    put(cloud, "preset", "quote-card", "2026-11-01", 18, 18, 1)
    put(cloud, "schedule", "weekly", "2026-11-30", 18, 18, 1)
    return cloud


def rows(answer: Answer) -> list[tuple[str, int, float, float]]:
    assert answer.status == 200, answer.text
    return [(row["name"], row["images"], row["spentUsd"], row["reservedUsd"]) for row in answer.json["rows"]]


def test_a_caller_sees_its_own_days_with_both_ends_and_their_total(november: Cloud) -> None:
    answer = see(NOVEMBER)

    assert rows(answer) == [("2026-11-01", 1, 0.09, 0.09), ("2026-11-30", 1, 0.09, 0)]
    assert {name: value for name, value in answer.json.items() if name != "rows"} == {
        "firstDay": "2026-11-01",
        "lastDay": "2026-11-30",
        "groupBy": "day",
        "total": {
            "images": 2,
            "spentCredits": 36,
            "spentUsd": 0.18,
            "reservedCredits": 18,
            "reservedUsd": 0.09,
        },
    }


def test_by_callers_a_caller_sees_itself_alone(november: Cloud) -> None:
    assert rows(see(f"{NOVEMBER}&groupBy=caller")) == [("alice", 2, 0.18, 0.09)]
    assert rows(see(f"{NOVEMBER}&groupBy=caller", caller="carol")) == []


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ("day", [("2026-11-01", 6, 0.54, 0.09), ("2026-11-30", 1, 0.09, 0)]),
        ("caller", [("bob", 5, 0.45, 0), ("alice", 2, 0.18, 0.09), ("alice2", 1, 0.005, 0)]),
        ("preset", [("quote-card", 1, 0.09, 0)]),
        ("schedule", [("weekly", 1, 0.09, 0)]),
    ],
)
def test_an_operator_sees_everybodys(november: Cloud, group_by: str, expected: list[Any]) -> None:
    assert rows(see(f"{NOVEMBER}&groupBy={group_by}", operator="true")) == expected


@pytest.mark.parametrize("group_by", ["preset", "schedule"])
@pytest.mark.parametrize("operator", ["false", "", None, "yes"])
def test_what_goes_over_all_callers_is_for_operators(november: Cloud, group_by: str, operator: Any) -> None:
    answer = see(f"{NOVEMBER}&groupBy={group_by}", operator=operator)

    assert (answer.status, answer.json["code"], answer.json["charged"]) == (403, "operators-only", "no")


def test_by_default_it_is_this_month(cloud: Cloud) -> None:
    today = dt.datetime.now(dt.UTC).date()

    told = see().json

    assert (told["firstDay"], told["lastDay"], told["groupBy"]) == (f"{today:%Y-%m}-01", str(today), "day")


def test_without_a_first_day_it_is_the_month_of_the_last(cloud: Cloud) -> None:
    assert see("to=2024-02-29").json["firstDay"] == "2024-02-01"


@pytest.mark.parametrize(
    ("query", "pointer", "detail"),
    [
        ("from=2026-02-30", "/from", A_DAY),
        ("from=20261101", "/from", A_DAY),
        ("to=tomorrow", "/to", A_DAY),
        ("to=", "/to", A_DAY),
        ("from=2026-11-02&to=2026-11-01", "/from", "must not be after 2026-11-01"),
        ("from=2025-11-01&to=2026-11-02", "/from", "must be at most 365 days before 2026-11-02"),
        ("groupBy=stack", "/groupBy", "must be one of caller, preset, schedule, day"),
    ],
)
def test_a_question_that_cannot_be_meant_is_told(cloud: Cloud, query: str, pointer: str, detail: str) -> None:
    answer = see(query)

    assert (answer.status, answer.json["errors"]) == (400, [{"pointer": pointer, "detail": detail}])


def test_a_question_may_be_of_one_day(november: Cloud) -> None:
    assert rows(see("from=2026-11-30&to=2026-11-30", operator="true")) == [("2026-11-30", 1, 0.09, 0)]


def test_a_whole_leap_year_of_a_caller_is_read_by_its_keys_and_nobody_elses(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More days than fit into one read, of which DynamoDB may leave some unprocessed."""
    days = [str(dt.date(2024, 1, 1) + dt.timedelta(days=number)) for number in range(366)]
    for day in days:
        put(cloud, "caller", "alice", day, 18, 18, 1)
    put(cloud, "caller", "bob", "2024-05-05", 18, 18, 1)
    read, real = [], cloud.dynamodb.batch_get_item

    def leaves_some(**request: Any) -> Any:
        keys = request["RequestItems"]["jobs"]["Keys"]
        read.extend(keys[:60])
        answer = real(RequestItems={"jobs": {"Keys": keys[:60]}})
        return answer | {"UnprocessedKeys": {"jobs": {"Keys": keys[60:]}} if keys[60:] else {}}

    monkeypatch.setattr(cloud.dynamodb, "batch_get_item", leaves_some)
    monkeypatch.setattr(cloud.dynamodb, "query", None)

    answer = see("from=2024-01-01&to=2024-12-31")

    assert [name for name, *_ in rows(answer)] == days
    assert answer.json["total"]["images"] == 366
    assert sorted(key["id"]["S"] for key in read) == [f"usage#caller#alice#{day}" for day in days]


def test_a_look_counts_in_the_callers_rate_as_a_submit_does(cloud: Cloud, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("CALLER_RATE_PER_MINUTE", "1")
    settings.setattr("plantain.pace.caller_rate.time.time", lambda: 1_800_000_015.0)

    first, second = see(), see()

    assert (first.status, first.headers["ratelimit"]) == (200, '"caller";r=0;t=45')
    assert (second.status, second.json["code"], second.headers["retry-after"]) == (429, "too-many-requests", "45")
    assert see(caller="bob").status == 200


def test_what_jobs_have_used_is_what_is_told(cloud: Cloud) -> None:
    made, under_way = (reservations().reserve(a_job()).job for _ in range(2))
    for job in (made, under_way):
        jobs().begin_create(job)
    jobs().accept(jobs().get(made.task_id), "kie-task")
    jobs().note_result(jobs().get(made.task_id), Succeeded(("https://a.test/a.png",), 12_000, 18.0))
    jobs().succeed(jobs().get(made.task_id), [])

    total = see().json["total"]

    assert (total["spentUsd"], total["reservedUsd"]) == (0.09, 0.09)
