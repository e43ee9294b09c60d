"""Schedules over HTTP: put, seen, deleted, and each by its keeper alone."""

import datetime as dt
from typing import Any

import pytest

from plantain.schedules.records import Schedules
from plantain.schedules.run import moment_text
from plantain.schedules.runs import runs
from tests.conftest import Cloud
from tests.functions.conftest import Started
from tests.functions.scheduling import (
    BODY,
    FILE,
    KEY,
    MONDAY,
    WEEK,
    deleted,
    drop,
    end,
    group,
    hear,
    listed,
    made,
    planned,
    put,
    run,
    runs_of,
    shown,
    status_tag,
    texts,
    three_runs,
)

__all__ = ["group"]  # fixtures


def test_put_answers_with_the_next_five_runs(cloud: Cloud) -> None:
    answer = put()

    assert answer.status == 200
    assert len(answer.json["nextRuns"]) == 5
    assert all("T09:00:00+0" in moment for moment in answer.json["nextRuns"])
    assert (answer.json["keptBy"], answer.json["requests"]) == ("http", BODY["requests"])
    assert planned() is not None
    assert shown().json == answer.json
    assert put(cron="0 10 ? * MON *").json["cron"] == "0 10 ? * MON *"


def test_deleted_it_is_gone(cloud: Cloud) -> None:
    put()

    assert deleted().status == 204
    assert (deleted().status, shown().status, planned(), listed()) == (404, 404, None, [])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"cron": None}, ""),
        ({"flexibleMinutes": -1}, "/flexibleMinutes"),
        ({"requests": [{"prompt": "x", "imageInput": ["inbox/a.png"]}]}, "/requests/0/imageInput/0"),
        ({"requests": [{"prompt": "x", "outputFormat": "gif"}]}, "/requests/0/outputFormat"),
        ({"colour": 1}, "/colour"),
        ({"A" * 60_000: 1}, ""),
    ],
)
def test_every_fault_has_its_pointer(cloud: Cloud, changes: dict[str, Any], pointer: str) -> None:
    answer = put(**changes)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, pointer)
    assert listed() == []


@pytest.mark.parametrize("name", ["Leaf", "x" * 60, "-a", "a.b"])
def test_a_name_that_cannot_be_is_refused(cloud: Cloud, name: str) -> None:
    answer = put(name)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/name")
    assert (shown(name).status, deleted(name).status) == (404, 404)


def test_what_broke_while_it_was_ended_is_ended_by_asking_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    with monkeypatch.context() as broken:
        broken.setattr(Schedules, "delete", lambda *_: 1 / 0)
        assert deleted().status == 500

    assert (deleted().status, planned(), shown().status) == (204, None, 404)


def test_what_is_kept_elsewhere_is_changed_there(cloud: Cloud) -> None:
    drop(cloud)
    for answer in (put(), deleted()):
        assert (answer.status, answer.json["code"]) == (409, "schedule-kept-elsewhere")
        assert "by the file schedules/leaf.toml" in answer.json["detail"]
    put("mine", caller="alice")
    for answer in (put("mine", caller="bob"), deleted("mine", caller="bob")):
        assert answer.status == 409
        assert "alice" not in answer.json["detail"]
    assert put("template").status == 409


def test_a_file_for_what_is_kept_over_http_is_told_so(cloud: Cloud) -> None:
    put()

    version = drop(cloud, FILE.replace("0 9", "0 10"))

    assert "kept over HTTP" in "".join(texts(cloud, "failed").values())
    assert status_tag(cloud, version) == "fail"
    assert shown().json["cron"] == "0 9 ? * MON *"
    cloud.s3.delete_object(Bucket="inbox", Key=KEY)
    hear(change="Object Deleted")
    assert shown().status == 200


def test_the_owners_schedules_are_everybodys_to_see_and_those_over_http_their_keepers(
    cloud: Cloud, started: Started
) -> None:
    drop(cloud)
    put("mine", caller="alice")

    assert (listed("alice"), listed("bob")) == (["leaf", "mine"], ["leaf"])
    assert (shown("mine", "bob").status, runs_of("mine", caller="bob").status) == (404, 404)
    run(name="mine")
    assert made(started)[0].caller == "alice"


def test_who_takes_a_name_that_has_become_free_sees_and_finishes_nothing_of_before(
    cloud: Cloud, started: Started
) -> None:
    put(caller="alice")
    run()
    runs().begin("leaf", MONDAY + WEEK, {}, runs().turn("leaf"), "alice")
    deleted(caller="alice")
    put(caller="bob")

    assert runs_of(caller="bob").json["runs"] == []
    assert run(MONDAY + WEEK) == "not-run"
    put_again = deleted(caller="bob").status, put(caller="alice").status
    assert put_again == (204, 200)
    assert len(runs_of(caller="alice").json["runs"]) == 2


def test_runs_are_shown_with_their_jobs_states_and_cost_the_newest_first_in_pages(
    cloud: Cloud, started: Started
) -> None:
    first, second, third = three_runs(cloud, started)
    end(cloud, first)
    end(cloud, second, fail=True)
    run(MONDAY + 3 * WEEK, late=dt.timedelta(days=1))

    page = runs_of(query="?limit=2").json
    rest = runs_of(query=f"?limit=2&cursor={page['cursor']}").json

    shown_runs = page["runs"] + rest["runs"]
    assert [r["plannedAt"] for r in shown_runs] == [moment_text(MONDAY + week * WEEK) for week in (3, 2, 1, 0)]
    assert [r["state"] for r in shown_runs] == ["skipped-missed", "done", "done", "done"]
    assert [[j["state"] for j in r["jobs"]] for r in shown_runs] == [[], ["pending"], ["fail"], ["success"]]
    assert [r["cost"] for r in shown_runs] == [None, None, None, {"credits": 18.0, "usd": 0.09}]
    assert shown_runs[1]["jobs"][0]["taskId"] == third.task_id
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("query", "pointer"), [("?limit=0", "/limit"), ("?limit=101", "/limit"), ("?cursor=x", "/cursor")]
)
def test_a_bad_question_names_the_field(cloud: Cloud, query: str, pointer: str) -> None:
    drop(cloud)
    answer = runs_of(query=query)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, pointer)
