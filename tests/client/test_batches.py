"""Batches from Python and from the command line: started, waited for, agreed to; their results."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from plantain_client import BatchNotFound, BatchRunning, InvalidRequest, NotPlantain, UnusableRows
from plantain_client.cli import batch as command
from plantain_client.cli.screen import Screen
from tests.client.service import Service, problem
from tests.client.stub import UPLOADS, Said, Stub
from tests.client.test_command import Ran, interrupted_at, refusal
from tests.client.test_command import stub as stub

BATCH_ID = "01a206b1-7e0a-7c55-9d1f-3f0d2c8b6a10"
START, LOOK, CONFIRM = "POST /api/batches", f"GET /api/batches/{BATCH_ID}", f"POST /api/batches/{BATCH_ID}/confirm"
RESULTS = b'{"row": 1, "state": "success"}\n{"row": 2, "state": "success"}\n'
FAST = ("--interval", "0")
COUNTS = {"pending": 2, "processing": 0, "success": 0, "fail": 0, "invalid": 0}


def shown(state: str = "running", **changes: Any) -> dict[str, Any]:
    counts = COUNTS | changes.pop("counts", {})
    batch: dict[str, Any] = {
        "batchId": BATCH_ID,
        "state": state,
        "name": "spring.csv",
        "rows": 2,
        "reused": 0,
        "counts": counts,
        "badRows": [],
        "errorsUrl": None,
        "price": {"credits": 36, "usd": 0.18},
        "cost": {"credits": 0, "usd": 0},
        "failMsg": None,
        "resultsUrl": None,
        "createdAt": "2026-11-23T04:25:05.285Z",
        "endedAt": None,
    }
    return batch | changes


def done(url: str = "https://images.s3.test", **changes: Any) -> dict[str, Any]:
    ended = {"counts": {"pending": 0, "success": 2}, "cost": {"credits": 36, "usd": 0.18}}
    return shown("done", **(ended | {"resultsUrl": f"{url}/signed/results.jsonl?X-Amz-Signature=s"} | changes))


BAD = {"row": 2, "line": 3, "errors": [{"pointer": "/resolution", "detail": "must be one of 1K, 2K, 4K"}]}
TAKEN = Said(202, {"batchId": BATCH_ID, "state": "checking"})
CONFIRMED = Said(202, {"batchId": BATCH_ID, "state": "running"})


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "spring.csv"
    path.write_bytes(b"prompt\nx\ny\n")
    return path


# ---- from Python


def test_a_file_is_uploaded_and_gives_the_batch_its_name(service: Service, rows: Path) -> None:
    place = {"key": "uploads/me/1.csv", "uploadUrl": "https://inbox.s3.test/1.csv?s=1", "headers": {}}
    taken = httpx.Response(202, json=TAKEN.body, headers={"Retry-After": "3"})
    service.says(httpx.Response(201, json=place), httpx.Response(200), taken)

    ref = service.call("submit_batch", rows)

    assert (ref.batch_id, ref.state, ref.retry_after) == (BATCH_ID, "checking", 3)
    assert service.bodies() == [
        {"contentType": "text/csv", "size": 11},
        {"key": "uploads/me/1.csv", "name": "spring.csv"},
    ]
    assert service.requests[1].content == rows.read_bytes()


def test_rows_may_be_given_as_they_are(service: Service) -> None:
    service.says(httpx.Response(202, json=TAKEN.body))

    service.call("submit_batch", [{"prompt": "x", "id": "a"}], name="spring", idempotency_key="order-1")

    assert service.bodies() == [{"items": [{"prompt": "x", "id": "a"}], "name": "spring"}]
    assert service.keys() == ["order-1"]


def test_a_start_whose_answer_is_lost_is_sent_again_under_its_key(service: Service) -> None:
    service.says(httpx.ReadTimeout("slow"), httpx.Response(202, json=TAKEN.body))

    assert service.call("submit_batch", [{"prompt": "x"}]).batch_id == BATCH_ID

    first, second = service.keys()
    assert first
    assert first == second


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("rows.xlsx", b"x", "ends in .csv or .jsonl"),
        ("rows.csv", b"", "is empty"),
        ("rows.jsonl", b"x" * 20_000_001, "up to 20 MB"),
    ],
)
def test_what_holds_no_rows_is_not_sent(
    service: Service, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnusableRows, match=why):
        service.call("submit_batch", str(tmp_path / name))
    assert service.requests == []


@pytest.mark.parametrize("end", ["done", "failed", "expired", "waiting"])
def test_a_batch_is_waited_for_until_it_ends_or_wants_a_yes(service: Service, end: str) -> None:
    looks = [shown("checking"), shown(), shown(end, failMsg="Why.")]
    service.says(*(httpx.Response(200, json=look, headers={"Retry-After": "3"}) for look in looks))
    seen: list[str] = []

    batch = service.call("wait_for_batch", BATCH_ID, interval=1, on_progress=lambda look: seen.append(look.state))

    assert (batch.state, batch.has_ended, batch.is_complete) == (end, end != "waiting", False)
    assert seen == ["checking", "running", end]
    assert service.slept == [3, 3]


def test_looks_that_run_out_say_that_it_goes_on(service: Service) -> None:
    service.says(httpx.ConnectError("down"), httpx.Response(200, json=shown()), problem(500, "x", retryable=True))

    with pytest.raises(BatchRunning, match=r"is still running .*goes on") as running:
        service.call("wait_for_batch", BATCH_ID, 3)
    assert running.value.batch_id == BATCH_ID


def test_what_will_not_pass_is_raised_at_once(service: Service) -> None:
    service.says(problem(404, "batch-not-found"))

    for method in ("wait_for_batch", "get_batch", "confirm_batch"):
        with pytest.raises(BatchNotFound):
            service.call(method, BATCH_ID)
    assert len(service.requests) == 3


def test_a_refused_order_names_its_fields(service: Service) -> None:
    service.says(problem(400, "invalid-request", errors=[{"pointer": "/items", "detail": "must not be empty"}]))

    with pytest.raises(InvalidRequest) as refused:
        service.call("submit_batch", [])
    assert refused.value.errors == (("/items", "must not be empty"),)


def test_results_are_saved_whole_by_a_fresh_link_and_without_the_api_key(service: Service, tmp_path: Path) -> None:
    expired = httpx.Response(503, content=b"<Error><Code>SlowDown</Code></Error>")
    look = httpx.Response(200, json=done())
    service.says(look, expired, look, httpx.Response(200, content=RESULTS))

    path = service.call("download_results", BATCH_ID, tmp_path)

    assert (path, path.read_bytes()) == (tmp_path / "spring.results.jsonl", RESULTS)
    assert list(tmp_path.iterdir()) == [path]
    assert "authorization" not in service.requests[-1].headers


def test_a_batch_without_results_has_none_to_save(service: Service, tmp_path: Path) -> None:
    service.says(httpx.Response(200, json=shown("failed")))

    with pytest.raises(ValueError, match="is failed: it has no results"):
        service.call("download_results", BATCH_ID, tmp_path)


@pytest.mark.parametrize("change", [{"state": "odd"}, {"counts": None}, {"badRows": [{}]}, {"createdAt": "soon"}])
def test_what_is_no_batch_is_not_plantains(service: Service, change: dict[str, Any]) -> None:
    service.says(httpx.Response(200, json={**shown(), **change}))

    with pytest.raises(NotPlantain):
        service.call("get_batch", BATCH_ID)


# ---- from the command line


@pytest.fixture
def started(stub: Stub, rows: Path) -> Stub:
    stub.says(START, TAKEN)
    stub.says(CONFIRM, CONFIRMED)
    stub.says("GET /signed/results.jsonl", Said(200, RESULTS))
    return stub


def test_run_starts_shows_how_far_it_is_and_saves_the_results(
    started: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    half = shown(counts={"pending": 1, "success": 1})
    started.says(LOOK, Said(200, shown("checking")), Said(200, half), Said(200, done(started.url)))

    ran = Ran(capsys, "batch", "run", "spring.csv", *FAST)

    assert (ran.code, ran.out) == (0, "spring.results.jsonl\n")
    assert (tmp_path / "spring.results.jsonl").read_bytes() == RESULTS
    assert ran.err.splitlines() == [
        "uploading spring.csv",
        f"batch {BATCH_ID}",
        "checking",
        "1 of 2 made",
        "done",
        "✓ 2 of 2 rows have their image · 36 credits ($0.18)",
    ]
    assert started.bodies(UPLOADS) == [{"contentType": "text/csv", "size": 11}]
    assert started.bodies(START) == [{"key": "uploads/me/1.png", "name": "spring.csv"}]


@pytest.mark.parametrize(
    "counts", [{"pending": 0, "success": 1, "fail": 1}, {"pending": 0, "success": 1, "invalid": 1}]
)
def test_rows_without_an_image_are_exit_code_3(
    started: Stub, capsys: pytest.CaptureFixture[str], counts: dict[str, int]
) -> None:
    started.says(LOOK, Said(200, done(started.url, counts=counts, badRows=[BAD])))

    ran = Ran(capsys, "batch", "run", "spring.csv", "-o", "out.jsonl", *FAST)

    assert (ran.code, ran.out) == (3, "out.jsonl\n")
    assert "line 3: resolution must be one of 1K, 2K, 4K" in ran.err
    assert "✗ 1 of 2 rows have their image" in ran.err


def test_a_batch_that_cannot_be_made_says_why(started: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    started.says(LOOK, Said(200, shown("failed", failMsg="The file cannot be used. Nothing was charged.")))

    ran = Ran(capsys, "batch", "run", "spring.csv", *FAST)

    assert (ran.code, ran.out) == (3, "")
    assert "✗ The file cannot be used. Nothing was charged." in ran.err


def test_where_nobody_can_be_asked_it_is_left_waiting(started: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    started.says(LOOK, Said(200, shown("waiting")))

    ran = Ran(capsys, "batch", "run", "spring.csv", *FAST)

    assert (ran.code, ran.out) == (4, "")
    assert "will cost about $0.18" in ran.err
    assert f"plantain batch confirm {BATCH_ID}" in ran.err
    assert Ran(capsys, "batch", "run", "spring.csv", "--json", *FAST).json["state"] == "waiting"
    assert [route for route, _, _ in started.heard if route == CONFIRM] == []


def test_yes_agrees_beforehand(started: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    started.says(LOOK, Said(200, shown("waiting")), Said(200, done(started.url)))

    ran = Ran(capsys, "batch", "run", "spring.csv", "--yes", "--json", *FAST)

    assert (ran.code, ran.json["state"], ran.json["file"]) == (0, "done", "spring.results.jsonl")
    assert [route for route, _, _ in started.heard if route == CONFIRM] == [CONFIRM]


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("YES ", 0), ("", 4), ("n", 4), (None, 4)])
def test_on_a_terminal_it_asks(
    started: Stub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str | None,
    code: int,
) -> None:
    def said() -> str:
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", said)
    monkeypatch.setattr(Screen, "somebody_is_there", True)
    started.says(LOOK, Said(200, shown("waiting", badRows=[BAD])), Said(200, done(started.url)))

    ran = Ran(capsys, "batch", "run", "spring.csv", *FAST)

    assert ran.code == code
    assert "about $0.18. Start it? [y/N]" in ran.err


def test_no_wait_prints_the_id_which_wait_and_status_take(
    started: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Ran(capsys, "batch", "run", "spring.csv", "--no-wait", "--name", "spring")
    assert (ran.code, ran.out) == (0, f"{BATCH_ID}\n")
    assert f"plantain batch wait {BATCH_ID}" in ran.err
    assert started.bodies(START)[0]["name"] == "spring"

    started.says(LOOK, Said(200, shown("running", reused=1)))
    rows = dict(line.split("\t") for line in Ran(capsys, "batch", "status", BATCH_ID).out.splitlines())
    assert (rows["state"], rows["under way"], rows["made before"], rows["price"]) == ("running", "2", "1", "$0.18")
    assert Ran(capsys, "batch", "status", BATCH_ID, "--json").json == shown("running", reused=1)

    started.says(LOOK, Said(200, done(started.url)))
    assert Ran(capsys, "batch", "wait", BATCH_ID, *FAST).out == "spring.results.jsonl\n"


def test_looks_that_run_out_are_exit_code_4(started: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    started.says(LOOK, Said(200, shown()))

    ran = Ran(capsys, "batch", "run", "spring.csv", "--max-attempts", "2", *FAST)

    assert ran.code == 4
    assert f"Go on waiting: plantain batch wait {BATCH_ID}" in ran.err


def test_ctrl_c_says_that_it_goes_on(
    started: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_followed", interrupted)

    ran = Ran(capsys, "batch", "run", "spring.csv")

    assert ran.code == 130
    assert f"Batch {BATCH_ID} goes on." in ran.err


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (START, "The batch may have been taken in"),
        (CONFIRM, f"Batch {BATCH_ID} may have had its yes"),
    ],
)
def test_ctrl_c_before_the_answer_is_read_says_what_may_have_been_done(
    started: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, route: str, said: str
) -> None:
    interrupted_at(monkeypatch, route)
    started.says(LOOK, Said(200, shown("waiting")))

    ran = Ran(capsys, "batch", "run", "spring.csv", "--yes", *FAST)

    assert ran.code == 130
    assert f"✗ Interrupted. {said}" in ran.err
    assert "Cost: not known (yet)" in ran.err
    assert ("Run the same again" in ran.err) == (route == START)


def test_ctrl_c_while_the_rows_are_uploaded_has_cost_nothing(
    started: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_at(monkeypatch, UPLOADS)

    ran = Ran(capsys, "batch", "run", "spring.csv", "--json")

    assert (ran.code, ran.json["error"]["charged"]) == (130, "no")


def test_a_confirm_that_is_interrupted_may_have_said_yes(
    started: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_at(monkeypatch, CONFIRM)

    error = Ran(capsys, "batch", "confirm", BATCH_ID, "--json").json["error"]

    assert (error["charged"], error["code"]) == ("unknown", "interrupted")
    assert f"plantain batch status {BATCH_ID}" in error["advice"]


def test_confirm_says_yes_or_why_not(started: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "batch", "confirm", BATCH_ID)
    assert (ran.code, ran.out) == (0, f"{BATCH_ID}\n")
    assert Ran(capsys, "batch", "confirm", BATCH_ID, "--json").json == CONFIRMED.body

    started.says(CONFIRM, Said(202, {"batchId": BATCH_ID, "state": "done"}))
    ran = Ran(capsys, "batch", "confirm", BATCH_ID)
    assert (ran.code, ran.out) == (1, "")
    assert "has ended (done)" in ran.err
    assert "goes on" not in ran.err
    assert Ran(capsys, "batch", "confirm", BATCH_ID, "--json").json["error"]["code"] == "batch-ended"

    started.says(CONFIRM, refusal(409, "batch-ended"))
    ran = Ran(capsys, "batch", "confirm", BATCH_ID)
    assert ran.code == 1
    assert "rows that have their image are not made again" in ran.err


def test_what_cannot_be_started_or_saved_is_a_usage_error(
    started: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "rows.txt").write_text("x")
    with pytest.raises(SystemExit) as left:
        Ran(capsys, "batch", "run", "missing.csv")
    assert left.value.code == 2
    with pytest.raises(SystemExit, match="2"):  # its price is not known when the command leaves
        Ran(capsys, "batch", "run", "spring.csv", "--yes", "--no-wait")
    assert Ran(capsys, "batch", "run", "rows.txt").code == 2
    assert Ran(capsys, "batch", "run", "spring.csv", "-o", "missing/out.jsonl").code == 2
    assert started.heard == []


def test_many_bad_rows_are_not_all_shown(started: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    bad = [BAD | {"line": line} for line in range(2, 52)]
    started.says(LOOK, Said(200, shown("running", rows=90, counts={"invalid": 88}, badRows=bad)))

    ran = Ran(capsys, "batch", "status", BATCH_ID)

    assert "line 21: " in ran.err
    assert "line 22: " not in ran.err
    assert "and 68 more rows that cannot be made" in ran.err
    assert json.loads(Ran(capsys, "batch", "status", BATCH_ID, "--json").out)["rows"] == 90
