"""The `plantain` command: results on standard output, all else on standard error, and its exit codes."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plantain_client import Plantain
from plantain_client.cli.main import main
from plantain_client.exchange import Answer, Effect, Send
from tests.client.service import KEY, PICTURE, TASK_ID, failed, job, success
from tests.client.stub import ACCOUNT, GENERATE, LIST, STATUS, UPLOADS, Said, Stub, stub_on_loopback

FAST = ("--interval", "0")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stub]:
    with stub_on_loopback() as running:
        running.goes_well()
        monkeypatch.setenv("PLANTAIN_URL", running.url)
        monkeypatch.setenv("PLANTAIN_API_KEY", KEY)
        monkeypatch.chdir(tmp_path)
        yield running


def interrupted_at(monkeypatch: pytest.MonkeyPatch, route: str) -> None:
    """Ctrl-C once this request has been taken in, and before its answer is read."""
    perform = Plantain._perform

    def performed(self: Plantain, effect: Effect) -> Answer | None:
        answer = perform(self, effect)
        if isinstance(effect, Send) and f"{effect.method} {effect.url}" == route:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(Plantain, "_perform", performed)


def refusal(status: int, code: str, **members: Any) -> Said:
    body = {"error": "Error", "code": code, "detail": "What happened.", "charged": "no", "retryable": False}
    return Said(status, body | members, {"Content-Type": "application/problem+json"})


class Ran:
    """What a command said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        self.code = main(words)
        self.out, self.err = capsys.readouterr()
        assert KEY not in self.out + self.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.mark.parametrize("words", [(), ("--no-wait",)])
def test_ctrl_c_before_the_answer_is_read_says_how_to_ask_again_without_paying_twice(
    stub: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    interrupted_at(monkeypatch, GENERATE)

    ran = Ran(capsys, "generate", "x", "--idempotency-key", "order-1", *words)

    assert ran.code == 130
    assert "may have been taken in" in ran.err
    assert "Cost: not known (yet)" in ran.err
    assert "--idempotency-key order-1" in ran.err


def test_generate_prints_where_the_picture_is_and_nothing_else(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ran = Ran(capsys, "generate", "a plantain", *FAST, "-o", "leaf.png", "--resolution", "4K")

    assert (ran.code, ran.out) == (0, "leaf.png\n")
    assert (tmp_path / "leaf.png").read_bytes() == PICTURE
    assert ran.err.splitlines() == [
        "asking",
        f"task {TASK_ID}",
        "pending",
        "processing",
        "success",
        "downloading",
        "✓ 2048×1152, 10 kB, image/png · 18 credits ($0.09) · drawn in 12 s",
    ]
    assert stub.bodies(GENERATE) == [{"prompt": "a plantain", "resolution": "4K"}]
    assert stub.heard[0][1]["idempotency-key"]


def test_generate_is_content_with_an_image_made_before_and_says_that_it_cost_nothing(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    made = success(cached=True, charged="no", cost={"credits": 0, "usd": 0}, costTime=None)
    stub.says(STATUS, Said(200, made))

    ran = Ran(capsys, "generate", "a plantain", *FAST, "--cache")

    assert ran.err.splitlines()[-1] == "✓ 2048×1152, 10 kB, image/png · nothing: it was made before"
    assert stub.bodies(GENERATE) == [{"prompt": "a plantain", "cache": True}]


def test_generate_uploads_files_and_passes_addresses_and_keys(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "photo.png").write_bytes(PICTURE)
    inputs = ("--input", "photo.png", "--input", "https://example.com/2.png", "--input", "uploads/me/3.png")

    ran = Ran(capsys, "generate", "a plantain", *FAST, *inputs, "--idempotency-key", "order-4711")

    assert (ran.code, ran.out) == (0, f"{TASK_ID}.png\n")
    (body,) = stub.bodies(GENERATE)
    assert body["imageInput"] == ["uploads/me/1.png", "https://example.com/2.png", "uploads/me/3.png"]
    assert stub.bodies(UPLOADS) == [{"contentType": "image/png", "size": len(PICTURE)}]
    assert stub.heard[2][1]["idempotency-key"] == "order-4711"


def test_generate_without_waiting(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "generate", "a plantain", "--no-wait")
    told = Ran(capsys, "generate", "a plantain", "--no-wait", "--json", "--idempotency-key", "order-4711")

    assert (ran.code, ran.out) == (0, f"{TASK_ID}\n")
    assert f"plantain wait {TASK_ID}" in ran.err
    assert told.json == {
        "taskId": TASK_ID,
        "state": "pending",
        "replayed": False,
        "idempotencyKey": "order-4711",
    }
    assert not stub.bodies(STATUS)


def test_json_is_the_servers_document_and_where_the_files_are(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Ran(capsys, "generate", "x", *FAST, "--json").json == success() | {"files": [f"{TASK_ID}.png"]}
    assert Ran(capsys, "status", TASK_ID, "--json").json == success()
    assert Ran(capsys, "wait", TASK_ID, "--json").json == success()
    assert Ran(capsys, "download", TASK_ID, "--json").json["files"] == [f"{TASK_ID}.png"]
    assert [shown["state"] for shown in Ran(capsys, "list", "--json").json["jobs"]] == ["success", "processing"]


def test_status_is_0_whatever_the_state(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    for shown, words in ((job(), "processing"), (failed(), "content-policy"), (success(), "$0.09")):
        stub.says(STATUS, Said(200, shown))
        ran = Ran(capsys, "status", TASK_ID)
        assert ran.code == 0
        assert words in ran.out


@pytest.mark.usefixtures("in_utc")
def test_a_list_without_a_terminal_is_a_line_each_with_nothing_in_it_that_moves_a_cursor(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Ran(capsys, "list", "--state", "success", "--limit", "5")

    created = "2026-11-23 04:25:05+00:00"
    assert ran.out.splitlines() == [
        f"{TASK_ID}\tsuccess\t{created}\t18\ta b [31m [b]",
        f"{TASK_ID}\tprocessing\t{created}\t\ta plantain",
    ]


@pytest.mark.parametrize("command", ["generate", "wait"])
def test_a_failed_job_is_exit_3_with_reason_cost_and_advice(
    stub: Stub, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    stub.says(STATUS, Said(200, failed()))

    ran = Ran(capsys, command, TASK_ID, *FAST)
    told = Ran(capsys, command, TASK_ID, *FAST, "--json")

    assert (ran.code, ran.out) == (3, "")
    for words in ("Flagged as violating", "content-policy", TASK_ID, "Cost: nothing", "Next: Change the prompt"):
        assert words in ran.err
    assert told.code == 3
    error = told.json["error"]
    assert (error["code"], error["charged"], error["taskId"]) == ("content-policy", "no", TASK_ID)


def test_a_refusal_at_once_is_the_same_failed_job(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    stub.says(GENERATE, refusal(400, "kie-spending-cap", taskId=TASK_ID))

    ran = Ran(capsys, "generate", "x")

    assert ran.code == 3
    assert "Raise the spending limit" in ran.err


@pytest.mark.parametrize("command", ["generate", "wait"])
def test_a_job_that_outlasts_the_looks_is_exit_4(
    stub: Stub, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    stub.says(STATUS, Said(200, job(), {"Retry-After": "0"}))

    ran = Ran(capsys, command, TASK_ID, *FAST, "--max-attempts", "2")

    assert (ran.code, ran.out) == (4, "")
    assert f"plantain wait {TASK_ID}" in ran.err
    assert "Cost: not known" in ran.err


def test_of_a_job_that_waits_to_be_sent_it_is_said_that_it_has_cost_nothing_so_far(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says(STATUS, Said(200, job("pending", charged="no"), {"Retry-After": "0"}))

    waited = Ran(capsys, "wait", TASK_ID, *FAST, "--max-attempts", "1")
    looked = Ran(capsys, "status", TASK_ID)

    assert waited.code == 4
    assert "Cost: nothing so far" in waited.err
    assert "cost\tnothing so far" in looked.out


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (Said(403, {"message": "Forbidden"}), 1, "plantain keys add NAME"),
        (Said(401, {"message": "Unauthorized"}), 1, "Authorization header"),
        (refusal(404, "task-not-found"), 1, "plantain list"),
        (Said(404, {"message": "Not Found"}), 1, "ApiUrl"),
        (Said(200, b"<html><title>Sign in</title>"), 1, "Sign in"),
        (refusal(400, "invalid-request"), 2, "Correct the request"),
    ],
)
def test_other_errors_say_what_to_do(
    stub: Stub, capsys: pytest.CaptureFixture[str], answer: Said, code: int, words: str
) -> None:
    stub.says(STATUS, answer)

    ran = Ran(capsys, "status", TASK_ID)

    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert "Cost: nothing" in ran.err


def test_a_missing_setting_is_exit_2(
    stub: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLANTAIN_API_KEY")
    assert Ran(capsys, "list").code == 2

    monkeypatch.delenv("PLANTAIN_URL")
    ran = Ran(capsys, "list", "--json")
    assert ran.code == 2
    assert "PLANTAIN_URL" in ran.json["error"]["detail"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("generate",),
        ("generate", "x", "--input", "nothing.png"),
        ("generate", "x", "--idempotency-key", "a b"),
        ("generate", "not text: \udcff"),
        ("status", "\udcff"),
        ("wait", "x", "--max-attempts", "0"),
        ("list", "--state", "dreaming"),
        ("keys",),
    ],
)
def test_a_command_that_cannot_be_understood_is_exit_2(
    stub: Stub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert stub.heard == []


def test_a_file_that_cannot_be_written_does_not_lose_the_image(
    stub: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("folder").mkdir()
    answer = stub.answer

    def while_the_folder_goes(route: str) -> Said:
        if route == STATUS and Path("folder").exists():
            Path("folder").rmdir()
        return answer(route)

    monkeypatch.setattr(stub, "answer", while_the_folder_goes)

    ran = Ran(capsys, "generate", "x", *FAST, "-o", "folder/leaf.png")

    assert ran.code == 1
    assert f"plantain download {TASK_ID}" in ran.err


@pytest.mark.parametrize(
    "output", ["nowhere/leaf.png", "file/leaf.png", "file/", "file/new/", "/proc/leaf.png", "x" * 300]
)
@pytest.mark.parametrize("command", ["generate", "wait", "download"])
def test_a_place_where_nothing_can_be_saved_is_found_out_before_anything_is_asked(
    stub: Stub, capsys: pytest.CaptureFixture[str], command: str, output: str
) -> None:
    Path("file").write_bytes(b"")

    ran = Ran(capsys, command, TASK_ID, "-o", output)
    told = Ran(capsys, command, TASK_ID, "-o", output, "--json")

    assert (ran.code, told.code, told.json["error"]["charged"]) == (2, 2, "no")
    assert f"Nothing can be saved at {output}" in ran.err
    assert stub.heard == []
    assert [path.name for path in Path().iterdir()] == ["file"]


@pytest.mark.parametrize("output", ["new/deep/", "folder", "folder/leaf.png", "./leaf.png"])
def test_a_place_where_an_image_can_be_saved(stub: Stub, capsys: pytest.CaptureFixture[str], output: str) -> None:
    Path("folder").mkdir()

    ran = Ran(capsys, "generate", "x", *FAST, "-o", output)

    assert ran.code == 0
    assert Path(ran.out.strip()).read_bytes() == PICTURE


def test_without_waiting_nothing_is_saved_and_no_place_is_looked_at(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Ran(capsys, "generate", "x", "--no-wait", "-o", "nowhere/leaf.png").code == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_letters_that_a_terminal_has_not_end_nothing(stub: Stub, encoding: str) -> None:
    shown = success(prompt="a plantain \U0001f33f \ud800")
    stub.says(LIST, Said(200, {"jobs": [shown], "cursor": None}))
    stub.says(STATUS, Said(200, failed() | {"failMsg": "no \U0001f33f"}))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": encoding}

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "plantain_client.cli", *words]
        return subprocess.run(command, env=environment, capture_output=True, check=False)

    listed, told, waited = run("list"), run("list", "--json"), run("wait", TASK_ID)

    assert b"a plantain ?" in listed.stdout
    assert json.loads(told.stdout.decode(encoding))["jobs"] == [shown]
    assert (listed.returncode, told.returncode, waited.returncode) == (0, 0, 3)
    assert b"No image: no ?" in waited.stderr


def test_a_download_that_fails_does_not_make_its_image_free(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.says("GET /signed/1.png", Said(403, b"<Code>AccessDenied</Code>"))

    ran = Ran(capsys, "generate", "x", *FAST)

    assert ran.code == 1
    assert "Cost: Kie.ai has charged for it" in ran.err
    assert f"Next: Try again: plantain download {TASK_ID}" in ran.err


def test_help_fits_80_columns_and_names_the_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in ((), *((name,) for name in ("generate", "status", "wait", "list", "download", "doctor", "keys"))):
        with pytest.raises(SystemExit):
            main([*words, "--help"])
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= 80
        if not words:
            assert "130  Ctrl-C" in shown


@pytest.mark.parametrize("asked", [True, False])
def test_ctrl_c_says_that_the_job_goes_on(stub: Stub, asked: bool) -> None:
    if asked:
        stub.says(STATUS, Said(200, job(charged="no"), {"Retry-After": "60"}))
    else:
        stub.says(GENERATE, Said(429, {"message": "Too Many Requests"}, {"Retry-After": "60"}))
    command = [sys.executable, "-m", "plantain_client.cli", "generate", "x", "--idempotency-key", "k-1"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while not stub.bodies(GENERATE) or (asked and "processing" not in process.stderr.readline()):
            pass
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()

    assert process.returncode == 130
    assert (f"plantain wait {TASK_ID}" if asked else "--idempotency-key k-1") in said
    assert ("Cost: nothing so far" if asked else "Cost: not known") in said
    assert "Traceback" not in said


def test_a_reader_that_has_gone_is_no_error(stub: Stub) -> None:
    many = [success()] * 2000
    stub.says(LIST, Said(200, {"jobs": many, "cursor": None}))
    command = f"'{sys.executable}' -m plantain_client.cli list --all | head -1"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)

    assert done.stdout.startswith(TASK_ID)
    assert done.stderr == ""


def account(**changes: Any) -> Said:
    shown: dict[str, Any] = {
        "caller": "alice",
        "time": dt.datetime.now(dt.UTC).isoformat(),
        "version": "0.1.0",
        "kie": {"state": "ok", "credits": 5916.25, "usd": 29.58},
    }
    return Said(200, shown | changes)


PAUSED = {"by": "operator", "reason": "a fair until Monday", "since": "2026-11-23T04:25:05.285Z"}


@pytest.mark.parametrize("command", ["generate", "wait"])
def test_a_job_that_waits_for_the_end_of_a_pause_says_so_once(
    stub: Stub, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    waits = Said(200, job("pending", charged="no"), {"Retry-After": "0"})
    stub.says(STATUS, waits, waits, waits, Said(200, success()))
    stub.says(ACCOUNT, account(paused=PAUSED))

    ran = Ran(capsys, command, TASK_ID, *FAST)

    assert ran.code == 0
    assert ran.err.count("by an operator: a fair until Monday") == 1
    assert "has cost nothing" in ran.err
    assert [route for route, *_ in stub.heard].count(ACCOUNT) == 1


@pytest.mark.parametrize("words", [("generate", "x", "--no-wait"), ("status", TASK_ID)])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_who_does_not_wait_is_told_of_a_pause_as_well(
    stub: Stub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], more: tuple[str, ...]
) -> None:
    stub.says(STATUS, Said(200, job("pending", charged="no")))
    stub.says(ACCOUNT, account(paused=PAUSED))

    ran = Ran(capsys, *words, *more)
    stub.says(ACCOUNT, account())
    sent = Ran(capsys, *words, *more)

    assert ran.code == sent.code == 0
    assert TASK_ID in ran.out
    assert ran.err.count("by an operator: a fair until Monday") == 1
    assert "paused" not in sent.err


def test_the_status_of_what_was_sent_asks_nothing_else(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, "status", TASK_ID)

    assert [route for route, *_ in stub.heard] == [STATUS]


@pytest.mark.parametrize("said", [Said(500, {"message": "no"}), None])
def test_a_job_that_waits_for_its_turn_is_waited_for_without_a_word(
    stub: Stub, capsys: pytest.CaptureFixture[str], said: Said | None
) -> None:
    stub.says(STATUS, Said(200, job("pending", charged="no"), {"Retry-After": "0"}), Said(200, success()))
    stub.says(ACCOUNT, said or account())

    ran = Ran(capsys, "wait", TASK_ID, *FAST)

    assert ran.code == 0
    assert "paused" not in ran.err


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Said(429, {"message": "no"}, {"Retry-After": "0"}), "waiting 0 s for your rate"),
        (refusal(409, "claim-in-flight", retryable=True), None),
    ],
)
def test_who_waits_for_the_rate_is_told_so(
    stub: Stub, capsys: pytest.CaptureFixture[str], answer: Said, told: str | None
) -> None:
    taken = stub.answers[GENERATE]
    stub.says(GENERATE, answer, *taken)

    ran = Ran(capsys, "generate", "x", "--no-wait")

    assert ran.code == 0
    assert [line for line in ran.err.splitlines() if "waiting" in line] == ([told] if told else [])
