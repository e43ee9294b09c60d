"""Schedules from Python and from the command line: listed, kept, shown, ended; their runs."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from plantain_client import ApiError, KeptElsewhere, NotPlantain, RunJob, ScheduleNotFound
from tests.client.service import TASK_ID, Service, problem
from tests.client.stub import Said, Stub
from tests.client.test_command import Ran, interrupted_at, refusal
from tests.client.test_command import stub as stub

LISTED: dict[str, Any] = {
    "name": "leaf",
    "keptBy": "http",
    "enabled": True,
    "timezone": "Europe/Berlin",
    "nextRuns": ["2026-11-30T09:00:00+01:00", "2026-12-07T09:00:00+01:00"],
}
LEAF: dict[str, Any] = LISTED | {"cron": "0 9 ? * MON *", "rate": None, "requests": [{"prompt": "x"}]}
RESTING: dict[str, Any] = LISTED | {"name": "old", "keptBy": "file", "enabled": False, "nextRuns": []}
RUN: dict[str, Any] = {
    "plannedAt": "2026-11-23T08:00:00Z",
    "begunAt": "2026-11-23T08:00:03.245Z",
    "state": "done",
    "jobs": [{"taskId": TASK_ID, "state": "success", "charged": "yes"}],
    "problems": ["request 2, preset: x is unknown"],
    "cost": {"credits": 18, "usd": 0.09},
}
LIST, SHOW, RUNS = "GET /api/schedules", "GET /api/schedules/leaf", "GET /api/schedules/leaf/runs"
PUT, DELETE = "PUT /api/schedules/leaf", "DELETE /api/schedules/leaf"
FILE = """\
at = 2026-12-24T18:00:00
timezone = "Europe/Berlin"
flexible_minutes = 5
[[requests]]
prompt = "x"
aspect_ratio = "1:1"
rotate.my_topic = ["a"]
"""


def test_schedules_are_listed(service: Service) -> None:
    service.says(httpx.Response(200, json={"schedules": [LISTED, RESTING]}))

    leaf, old = service.call("list_schedules")

    assert service.paths() == [LIST]
    assert (leaf.name, leaf.kept_by, leaf.enabled, old.enabled) == ("leaf", "http", True, False)
    assert leaf.next_runs[0] == dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)


def test_a_schedule_is_kept_in_the_words_of_a_file_or_of_the_api(service: Service) -> None:
    service.says(httpx.Response(200, json=LEAF))
    wish = {"prompt": "x", "output_format": "jpg", "rotate": {"my_topic": ["a"]}}

    christmas = dt.datetime(2026, 12, 24, 18)  # noqa: DTZ001 - in the schedule's zone

    kept = service.call("put_schedule", "leaf", {"at": christmas, "on_missed": "skip", "requests": [wish]})
    service.call("put_schedule", "leaf", {"rate": "1 day", "flexibleMinutes": 5, "requests": []})

    assert kept.document == LEAF
    assert service.paths() == [PUT, PUT]
    assert service.bodies() == [
        {
            "at": "2026-12-24T18:00:00",
            "onMissed": "skip",
            "requests": [{"prompt": "x", "outputFormat": "jpg", "rotate": {"my_topic": ["a"]}}],
        },
        {"rate": "1 day", "flexibleMinutes": 5, "requests": []},
    ]


def test_a_schedule_is_ended_and_asked_to_end_once(service: Service) -> None:
    service.says(httpx.Response(204))
    assert service.call("delete_schedule", "leaf") is None
    assert service.paths() == [DELETE]


def test_runs_come_with_their_jobs_and_their_cost(service: Service) -> None:
    service.says(httpx.Response(200, json={"runs": [RUN], "cursor": "2026-11-23T08:00:00Z"}))

    page = service.call("list_runs", "leaf", limit=1, cursor="2026-11-30T08:00:00Z")

    (run,) = page.runs
    assert (run.state, run.jobs, page.cursor) == (
        "done",
        (RunJob(TASK_ID, "success", "yes"),),
        "2026-11-23T08:00:00Z",
    )
    assert run.cost is not None
    assert run.cost.usd == 0.09
    assert dict(service.requests[0].url.params) == {"limit": "1", "cursor": "2026-11-30T08:00:00Z"}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(404, "schedule-not-found", ScheduleNotFound), (409, "schedule-kept-elsewhere", KeptElsewhere)],
)
def test_a_refusal_says_which(service: Service, status: int, code: str, kind: type[ApiError]) -> None:
    service.says(problem(status, code))

    with pytest.raises(kind) as refused:
        service.call("delete_schedule", "leaf")
    assert type(refused.value) is kind


@pytest.mark.parametrize("document", [{}, {"schedules": [{}]}, {"schedules": [LISTED | {"nextRuns": ["soon"]}]}])
def test_what_is_no_list_of_schedules_is_not_plantains(service: Service, document: Any) -> None:
    service.says(httpx.Response(200, json=document))

    with pytest.raises(NotPlantain):
        service.call("list_schedules")


@pytest.mark.parametrize("words", [("schedules",), ("schedules", "list")])
def test_the_schedules_are_a_line_each(
    stub: Stub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    stub.says(LIST, Said(200, {"schedules": [LISTED, RESTING]}))

    assert Ran(capsys, *words).out.splitlines() == [
        "leaf\thttp\tEurope/Berlin\t2026-11-30 09:00:00+01:00",
        "old\tfile\tEurope/Berlin\trests",
    ]
    assert Ran(capsys, *words, "--json").json == {"schedules": [LISTED, RESTING]}


def test_a_file_is_kept_under_its_name(stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    stub.says(PUT, Said(200, LEAF))
    (tmp_path / "leaf.toml").write_text(FILE)
    (tmp_path / "other.json").write_text(json.dumps({"rate": "1 day", "requests": [{"prompt": "x"}]}))

    ran = Ran(capsys, "schedules", "put", str(tmp_path / "leaf.toml"))

    assert ran.out.splitlines() == [
        "schedule\tleaf",
        "kept by\thttp",
        "cron\t0 9 ? * MON *",
        "timezone\tEurope/Berlin",
        "request 1\tx",
        "run 1\t2026-11-30 09:00:00+01:00",
        "run 2\t2026-12-07 09:00:00+01:00",
    ]
    assert Ran(capsys, "schedules", "put", str(tmp_path / "other.json"), "--name", "leaf", "--json").json == LEAF
    assert stub.bodies(PUT) == [
        {
            "at": "2026-12-24T18:00:00",
            "timezone": "Europe/Berlin",
            "flexibleMinutes": 5,
            "requests": [{"prompt": "x", "aspectRatio": "1:1", "rotate": {"my_topic": ["a"]}}],
        },
        {"rate": "1 day", "requests": [{"prompt": "x"}]},
    ]


@pytest.mark.parametrize("content", [None, "at = ", "{", "[]"])
def test_a_file_that_cannot_be_read_is_a_usage_error(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / ("leaf.json" if content and content[0] in "{[" else "leaf.toml")
    if content is not None:
        path.write_text(content)

    with pytest.raises(SystemExit) as left:
        Ran(capsys, "schedules", "put", str(path))

    assert left.value.code == 2
    assert stub.heard == []


@pytest.mark.parametrize(
    ("route", "words", "said"),
    [
        (PUT, ("put", "leaf.toml"), "The schedule leaf may have been kept; then its runs cost."),
        (DELETE, ("delete", "leaf"), "The schedule leaf may not have ended; then its runs cost."),
    ],
)
def test_ctrl_c_before_the_answer_is_read_says_that_runs_may_cost(
    stub: Stub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    route: str,
    words: tuple[str, ...],
    said: str,
) -> None:
    (tmp_path / "leaf.toml").write_text(FILE)
    interrupted_at(monkeypatch, route)

    ran = Ran(capsys, "schedules", *words)

    assert ran.code == 130
    assert f"✗ Interrupted. {said}" in ran.err
    assert "Cost: not known (yet)" in ran.err


def test_a_schedule_is_shown_and_ended(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(SHOW, Said(200, LEAF | {"enabled": False}))
    stub.says(DELETE, Said(204, b""), Said(204, b""), refusal(409, "schedule-kept-elsewhere"))

    assert "rests\tyes" in Ran(capsys, "schedules", "show", "leaf").out
    assert "leaf runs no more" in Ran(capsys, "schedules", "delete", "leaf").err
    assert Ran(capsys, "schedules", "delete", "leaf", "--json").json == {"name": "leaf", "deleted": True}
    ran = Ran(capsys, "schedules", "delete", "leaf")
    assert ran.code == 1
    assert "Whoever put it can delete it" in ran.err


@pytest.mark.parametrize(
    ("kept_by", "advice"),
    [("file", "Delete the file schedules/leaf.toml in the inbox."), ("template", "parameter ScheduledExpression")],
)
def test_a_schedule_that_is_kept_elsewhere_says_how_it_is_ended(
    stub: Stub, capsys: pytest.CaptureFixture[str], kept_by: str, advice: str
) -> None:
    stub.says(SHOW, Said(200, LEAF | {"keptBy": kept_by}))
    stub.says(DELETE, refusal(409, "schedule-kept-elsewhere"))

    ran = Ran(capsys, "schedules", "delete", "leaf")

    assert ran.code == 1
    assert advice in ran.err


def test_what_the_requests_ask_for_is_shown_in_the_words_of_a_file(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    quote = {"preset": "card", "variables": {"quote": {"rotate": ["A", "B"]}, "author": "Week $week"}}
    poster = {"prompt": "About $topic", "aspectRatio": "1:1", "rotate": {"topic": ["tea", "coffee"]}, "count": 2}
    stub.says(SHOW, Said(200, LEAF | {"requests": [quote, poster], "end": "2026-12-24"}))

    rows = dict(line.split("\t") for line in Ran(capsys, "schedules", "show", "leaf").out.splitlines())

    assert rows["request 1"] == "preset card; variables: quote = rotate A | B, author = Week $week"
    assert rows["request 2"] == "About $topic; aspect_ratio 1:1; rotate: topic = tea | coffee; count 2"
    assert rows["end"] == "2026-12-24"


@pytest.mark.usefixtures("in_utc")
def test_the_runs_are_a_line_each(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    passed_over = RUN | {"state": "skipped-missed", "jobs": [], "problems": [], "cost": None}
    stub.says(RUNS, Said(200, {"runs": [RUN, passed_over], "cursor": None}))

    ran = Ran(capsys, "schedules", "runs", "leaf", "--limit", "2")

    assert ran.out.splitlines() == [
        f"2026-11-23 08:00:00+00:00\tdone\t{TASK_ID} success\t18",
        "2026-11-23 08:00:00+00:00\tskipped-missed\t\t",
    ]
    assert "08:00:00+00:00 request 2, preset: x is unknown" in ran.err
    assert Ran(capsys, "schedules", "runs", "leaf", "--json").json == {"runs": [RUN, passed_over], "cursor": None}


@pytest.mark.usefixtures("in_utc")
def test_on_a_terminal_the_runs_are_a_table(
    stub: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    jobs = [{"taskId": TASK_ID, "state": state, "charged": "yes"} for state in ("success", "success", "fail")]
    many = RUN | {"jobs": jobs, "cost": {"credits": 1054, "usd": 5.27}}
    passed_over = RUN | {"state": "skipped-overlap", "jobs": [], "problems": [], "cost": None}
    stub.says(RUNS, Said(200, {"runs": [many, passed_over], "cursor": None}))

    lines = [re.split(r"  +", line.strip()) for line in Ran(capsys, "schedules", "runs", "leaf").out.splitlines()]

    assert lines == [
        ["PLANNED", "STATE", "DONE", "FAILED", "COST"],
        ["2026-11-23 08:00:00+00:00", "done", "2/3", "1", "1,054 credits · $5.27"],
        ["2026-11-23 08:00:00+00:00", "skipped-overlap", "–", "–", "–"],
    ]
