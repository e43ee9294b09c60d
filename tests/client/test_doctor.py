"""`plantain doctor`: what it looks at, and what it says of each."""

from typing import Any

import pytest

from tests.client.service import BUDGET, ESTIMATED
from tests.client.stub import ACCOUNT, ESTIMATE, GENERATE, HEALTH, LIST, UPLOADS, Said, Stub
from tests.client.test_command import PAUSED, Ran, account, refusal
from tests.client.test_command import stub as stub


def test_doctor_says_how_the_budgets_stand_where_any_are_set(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says(ACCOUNT, account())
    month = BUDGET | {"scope": "stack", "period": "2026-11", "leftUsd": 3}
    stub.says(ESTIMATE, Said(200, ESTIMATED | {"budgets": [month, BUDGET | {"leftUsd": 0.09}]}))

    ran = Ran(capsys, "doctor")

    assert ran.code == 0
    day = "caller alice, 2026-11-23: $0.09 of $5.00 left"
    assert ran.out.splitlines()[-1] == f"✓ budgets: whole stack, 2026-11: $3.00 of $5.00 left; {day}"


def test_doctor_warns_of_a_budget_that_has_no_room(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(ACCOUNT, account())
    stub.says(ESTIMATE, Said(200, ESTIMATED))

    ran = Ran(capsys, "doctor")

    assert ran.code == 1
    budgets, advice = ran.out.splitlines()[-2:]
    assert budgets.startswith("✗ budgets: ")
    assert budgets.endswith("$0.05 of $5.00 left: not enough for an image")
    assert "Wait until it begins anew" in advice


def test_doctor_finds_nothing_wrong(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(ACCOUNT, account())

    ran = Ran(capsys, "doctor")
    told = Ran(capsys, "doctor", "--json")

    assert ran.code == told.code == 0
    assert ran.out.splitlines() == [
        f"✓ URL: {stub.url}",
        "✓ service: Plantain 0.1.0",
        "✓ API key: accepted; the caller is alice",
        "✓ clock: within 1 s of the server's",
        "✓ tasks: your tasks can be listed",
        "✓ uploads: an image can be uploaded",
        "✓ Kie.ai: 5,916.25 credits ($29.58)",
        "✓ creates: they are sent",
    ]
    assert told.json["ok"] is True
    assert [check["ok"] for check in told.json["checks"]] == [True] * 8
    put = next(body for route, _, body in stub.heard if route == "PUT /signed/in")
    assert put.startswith(b"\x89PNG")
    assert GENERATE not in {route for route, *_ in stub.heard}


@pytest.mark.parametrize(
    ("route", "answer", "name", "words"),
    [
        (HEALTH, Said(200, b"<html><title>Router login</title>"), "service", "Router login"),
        (HEALTH, Said(200, {"version": "7.3.0", "kieKeyConfigured": True}), "service", "7.3.0"),
        (ACCOUNT, Said(401, {"message": "Unauthorized"}), "API key", "Authorization header"),
        (ACCOUNT, Said(403, {"message": "Forbidden"}), "API key", "plantain keys add NAME"),
        (ACCOUNT, {"time": "2020-01-01T00:00:00Z"}, "clock", "ahead of"),
        (ACCOUNT, {"time": "2100-01-01T00:00:00Z"}, "clock", "behind"),
        (LIST, refusal(404, "task-not-found"), "tasks", "What happened."),
        (UPLOADS, Said(404, {"message": "Not Found"}), "uploads", "No such route"),
        ("PUT /signed/in", Said(403, b"<Code>AccessDenied</Code>"), "uploads", "AccessDenied"),
        (ACCOUNT, {"kie": {"state": "key-missing", "credits": None, "usd": None}}, "Kie.ai", "make kie-key"),
        (ACCOUNT, {"kie": {"state": "key-rejected", "credits": None, "usd": None}}, "Kie.ai", "valid key"),
        (ACCOUNT, {"kie": {"state": "unreachable", "credits": None, "usd": None}}, "Kie.ai", "cannot be"),
        (ACCOUNT, {"kie": {"state": "ok", "credits": 3, "usd": 0.01}}, "Kie.ai", "Top up"),
        (ACCOUNT, {"paused": PAUSED}, "creates", "by an operator: a fair until Monday"),
        (ACCOUNT, {"paused": PAUSED | {"by": "kie-credits"}}, "creates", "by itself once the balance"),
    ],
)
def test_doctor_names_what_is_wrong_and_what_to_do(
    stub: Stub, capsys: pytest.CaptureFixture[str], route: str, answer: Any, name: str, words: str
) -> None:
    stub.says(ACCOUNT, account())
    # The account is made now and not when tests are collected: it tells the time.
    stub.says(route, account(**answer) if isinstance(answer, dict) else answer)

    ran = Ran(capsys, "doctor")

    assert ran.code == 1
    lines = ran.out.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("✗")]
    assert lines[at].startswith(f"✗ {name}: ")
    assert lines[at + 1].startswith("  → ")
    assert words in lines[at] + lines[at + 1]
    assert len([line for line in lines if line[0] in "✓✗–"]) == 8


def test_doctor_without_settings_is_exit_1(
    stub: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTAIN_API_KEY", "")
    ran = Ran(capsys, "doctor")
    assert "✗ API key: The API key is not set" in ran.out
    assert "and PLANTAIN_API_KEY, or paste what `make up` prints" in ran.out

    monkeypatch.setenv("PLANTAIN_URL", "")
    ran = Ran(capsys, "doctor")
    assert ran.code == 1
    assert ran.out.startswith("✗ URL: The URL of Plantain is not set")
    assert stub.heard == []
