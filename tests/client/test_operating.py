"""`plantain jobs` and `plantain dlq`: the operator's, over a small stack in AWS."""

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from plantain_client.cli.main import main
from plantain_client.cli.screen import Screen
from tests.client.operating import Functions

JOB = {
    "taskId": "01a3185c-5000-7000-8000-000000000001",
    "caller": "alice",
    "state": "fail",
    "code": "outcome-unknown",
    "charged": "unknown",
    "createdAt": 1_800_000_000_000,
    "sentAt": 1_800_000_001_000,
    "balanceAtLoss": 100.0,
    "balanceAtEnd": 82.0,
    "prompt": "a plantain in the sun",
}
# The same for a program.
SHOWN = JOB | {"createdAt": "2027-01-15T08:00:00.000Z", "sentAt": "2027-01-15T08:00:01.000Z"}
ID = str(JOB["taskId"])
BEFORE = 1_800_000_001_000 - 300_000


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    return code, *capsys.readouterr()


@pytest.mark.usefixtures("in_utc")
def test_jobs_in_doubt_are_listed_with_what_tells_of_their_fate(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "a plantain " * 10 + "in the sun"
    functions.answers["ListUnknownFunction"] = {"jobs": [JOB | {"prompt": long}]}

    code, document, _ = run(capsys, "jobs", "unknown", "--json")
    _, line, _ = run(capsys, "jobs", "unknown", "--days", "3")

    assert (code, json.loads(document)) == (0, {"jobs": [SHOWN | {"prompt": long}]})
    assert line.split("\t")[:4] == [ID, "outcome-unknown", "unknown", "2027-01-15 08:00:01+00:00"]
    assert '"balanceAtLoss": 100,' in document
    assert "100 → 82" in line
    assert line.endswith(f"\t{long}\n")

    functions.answers["ListUnknownFunction"] = {
        "jobs": [JOB | {"balanceBefore": 100.5, "balanceBeforeAt": BEFORE}]
    }
    assert "100.5 (5m before) → 100 → 82" in run(capsys, "jobs", "unknown")[1]
    assert [event for _, event in functions.heard][:2] == [{"days": 14}, {"days": 3}]


@pytest.mark.parametrize("terminal", [False, True])
def test_jobs_under_way_are_a_line_each(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    if terminal:
        for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "", "COLUMNS": "100", "TERM": "xterm"}.items():
            monkeypatch.setenv(name, value)
    under_way = JOB | {"state": "processing", "createdAt": 1_000_000_000_000}
    functions.answers["ListUnknownFunction"] = {"jobs": [under_way]}

    _, out, _ = run(capsys, "jobs", "open", "--limit", "5")
    document = json.loads(run(capsys, "jobs", "open", "--json")[1])
    functions.answers["ListUnknownFunction"] = {"jobs": []}
    none = run(capsys, "jobs", "open")

    *head, line = out.splitlines()
    task_id, old, state, charged, caller = line.split()[:5]
    assert [title.split() for title in head] == (
        [["TASK", "AGE", "STATE", "CHARGED", "CALLER", "PROMPT"]] if terminal else []
    )
    assert task_id == ID
    assert (int(old.removesuffix("d")) > 8000, state, charged, caller) == (True, "processing", "unknown", "alice")
    assert document["jobs"][0]["createdAt"] == "2001-09-09T01:46:40.000Z"
    assert (none[:2], "All jobs have ended" in none[2]) == ((0, ""), True)
    assert [event for _, event in functions.heard] == [{"open": 6}, {"open": 21}, {"open": 21}]


def test_more_jobs_under_way_than_are_shown_are_told_of(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    functions.answers["ListUnknownFunction"] = {"jobs": [JOB] * 3}

    _, out, err = run(capsys, "jobs", "open", "--limit", "2")
    document = json.loads(run(capsys, "jobs", "open", "--limit", "2", "--json")[1])

    assert (out.count(ID), len(document["jobs"])) == (2, 2)
    assert "There are more than these 2: --limit" in err
    assert "more than" not in run(capsys, "jobs", "open", "--limit", "3")[2]


def test_no_job_in_doubt_is_said(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    functions.answers["ListUnknownFunction"] = {"jobs": []}

    code, out, err = run(capsys, "jobs", "unknown")

    assert (code, out) == (0, "")
    assert "There is none" in err


@pytest.mark.parametrize(
    ("words", "called", "event"),
    [
        (("adopt", ID, "kie"), "AdoptJobFunction", {"taskId": ID, "kieTaskId": "kie", "force": False}),
        (
            ("adopt", ID, "k", "--force", "--yes"),
            "AdoptJobFunction",
            {"taskId": ID, "kieTaskId": "k", "force": True},
        ),
        (("resend", ID, "--yes"), "ResendJobFunction", {"taskId": ID}),
        (("redrive", ID), "RedriveJobFunction", {"taskId": ID}),
        (("dismiss", ID), "DismissJobFunction", {"taskId": ID}),
    ],
)
def test_an_operators_word_reaches_its_function(
    functions: Functions,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    called: str,
    event: dict[str, Any],
) -> None:
    functions.answers[called] = JOB

    code, out, err = run(capsys, "jobs", *words)
    _, document, _ = run(capsys, "jobs", *words, "--json")

    assert (code, out) == (0, "")
    assert ID in err
    assert json.loads(document) == SHOWN
    assert functions.heard == [(called, event)] * 2


@pytest.mark.parametrize(
    ("words", "warning"),
    [
        (("resend", ID), f"If Kie.ai has accepted {ID} after all, this pays a second time."),
        (("adopt", ID, "kie", "--force"), f"{ID} gets the picture of kie, whosever it is."),
    ],
)
def test_what_may_pay_twice_is_asked_about(
    functions: Functions,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    warning: str,
) -> None:
    code, _, err = run(capsys, "jobs", *words)
    assert code == 1
    assert "Nothing was done" in err
    assert warning in err
    assert "--yes agrees to that" in err
    assert "not-agreed" in run(capsys, "jobs", *words, "--json")[1]

    answers = iter([False, True])
    monkeypatch.setattr(Screen, "somebody_is_there", True)
    monkeypatch.setattr(Screen, "agrees", lambda _, question: warning in question and next(answers))
    code, _, err = run(capsys, "jobs", *words)
    assert (code, err) == (1, "✗ Nothing was done.\n")
    assert functions.heard == []
    assert run(capsys, "jobs", *words)[0] == 0
    assert len(functions.heard) == 1


def test_a_no_of_the_function_is_told(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    functions.error = {"errorType": "CannotReopen", "errorMessage": "The job has not failed: it is success."}

    code, _, err = run(capsys, "jobs", "redrive", ID)
    _, document, _ = run(capsys, "jobs", "redrive", ID, "--json")

    assert code == 1
    assert "has not failed" in err
    assert "Cost: nothing was charged by this command" in err
    assert "Next: Nothing was changed or sent." in err
    for command in (f"redrive {ID}`", f"adopt {ID} KIE_ID`", f"resend {ID}`", f"dismiss {ID}`"):
        assert f"`plantain jobs {command}" in err
    error = json.loads(document)["error"]
    assert (error["code"], error["charged"]) == ("cannot-reopen", "no")


@pytest.mark.parametrize(
    ("words", "kind", "cost"),
    [
        (("resend", ID, "--yes"), "JobNotFound", "nothing"),
        (("resend", ID, "--yes"), "KieKeyRejected", "nothing"),
        (("resend", ID, "--yes"), "TryAgainLater", "nothing"),
        (("resend", ID, "--yes"), "Sandbox.Timedout", "not known"),
        (("redrive", ID), "Sandbox.Timedout", "nothing"),
        (("dismiss", ID), "CannotReopen", "nothing"),
        (("unknown",), "ClientError", "nothing"),
    ],
)
def test_every_no_says_whether_the_command_has_cost_money(
    functions: Functions, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], kind: str, cost: str
) -> None:
    functions.error = {"errorType": kind, "errorMessage": "No."}

    assert f"Cost: {cost}" in run(capsys, "jobs", *words)[2]


def test_a_word_that_was_perhaps_heard_may_have_cost_something(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://lambda.test")

    monkeypatch.setattr(functions, "invoke", lost)

    assert "Cost: not known" in run(capsys, "jobs", "resend", ID, "--yes")[2]
    assert "Cost: nothing" in run(capsys, "jobs", "adopt", ID, "kie")[2]
    assert "Cost: nothing" in run(capsys, "jobs", "resend", ID, "--yes", "--stack", "nowhere")[2]


def test_a_stack_that_is_not_there_is_said(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "jobs", "unknown", "--stack", "nowhere")

    assert code == 1
    assert "--stack" in err


def test_on_a_narrow_terminal_every_id_can_still_be_copied(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "", "COLUMNS": "72", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    kie_id, long = "0123456789abcdef" * 2, "a plantain " * 20
    functions.answers["ListUnknownFunction"] = {
        "jobs": [
            JOB | {"balanceBefore": 1_234_567.25, "balanceBeforeAt": BEFORE},
            JOB | {"kieTaskId": kie_id, "prompt": long},
        ]
    }

    _, out, err = run(capsys, "jobs", "unknown")

    for way in ("redrive ID", "adopt ID KIE_ID", "resend ID", "dismiss ID"):
        assert f"`plantain jobs {way}`" in err
    lines = out.splitlines()
    assert lines[0].startswith(f"{ID}  outcome-unknown")
    assert lines[1].endswith("   CALLER alice")
    assert lines[2] == "  BALANCE 1234567.25 (5m before) → 100 → 82 credits"
    assert lines[5] == ""
    assert lines[9] == f"  KIE {kie_id}"
    assert len(lines) == 11
    assert len(lines[10]) == 72
    assert lines[10].endswith("…")
