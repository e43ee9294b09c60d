"""The Lambda children, without an AWS around them: real processes under the official awslambdaric."""

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.aws.code_store import CodeStore
from local.aws.function import Function, function_of
from local.aws.pool import Pool
from local.aws.runtime_api import Invocation
from local.aws.worker import Result
from tests.local.aws_sample.client import ROOT, children_of, eventually

MISBEHAVE = (ROOT / "tests/local/aws_sample/functions/misbehave/app.py").read_text()
WAIT_FOR_FILE = """
import os, time
def handler(event, _context):
    if event.get("make"):
        open(event["path"], "w").close()
    deadline = time.monotonic() + 5
    while not os.path.exists(event["path"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return os.path.exists(event["path"])
"""
Make = Callable[..., Function]


@pytest.fixture(name="store")
def code_store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "code")


@pytest.fixture(name="function")
def function_maker(store: CodeStore) -> Make:
    def make(source: str = MISBEHAVE, name: str = "misbehave", timeout: int = 5, **own: str) -> Function:
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        config = {
            "FunctionName": name,
            "FunctionArn": arn,
            "Handler": "app.handler",
            "Timeout": timeout,
            "Environment": {"Variables": own},
            "MemorySize": 256,
        }
        keys = {"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
        layer = zip_with({"python/of_a_layer.py": "VALUE = 1"})
        return function_of(config, zip_with({"app.py": source}), [layer], keys, "http://127.0.0.1:1", store)

    return make


@pytest.fixture(name="pool")
def small_pool(tmp_path: Path) -> Iterator[Pool]:
    pool = Pool(4, tmp_path / "scratch")
    yield pool
    pool.close()


def zip_with(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return content.getvalue()


def call(pool: Pool, function: Function, number: int = 0, **event: Any) -> Result:
    return pool.invoke(
        function, Invocation(f"request-{number}", json.dumps(event).encode(), function.arn, function.timeout)
    )


def test_a_warm_child_is_used_again(pool: Pool, function: Make) -> None:
    first = call(pool, function(), do="nothing")
    for number in range(30):
        assert call(pool, function(), number, do="nothing").body["pid"] == first.body["pid"]


def test_an_exception_keeps_its_name_and_the_child_survives_it(pool: Pool, function: Make) -> None:
    before = call(pool, function(), do="nothing").body
    raised = call(pool, function(), do="raise")
    assert raised.failed
    assert raised.body["errorType"] == "KeyError"
    assert raised.body["errorMessage"] == "'x'"
    assert "app.py" in raised.body["stackTrace"][0]
    assert "KeyError" in raised.log
    after = call(pool, function(), do="nothing").body
    assert (after["pid"], after["calls"]) == (before["pid"], before["calls"] + 2)


@pytest.mark.parametrize(("do", "words"), [("exit", "exit status 3"), ("segfault", "signal: segv")])
def test_a_crashed_child_is_an_exit_error_and_is_replaced(pool: Pool, function: Make, do: str, words: str) -> None:
    crashed = call(pool, function(), do=do)
    assert crashed.body["errorType"] == "Runtime.ExitError"
    assert words in crashed.body["errorMessage"]
    assert call(pool, function(), do="nothing").body["calls"] == 1


def test_a_call_beyond_its_timeout_is_killed_with_its_child(pool: Pool, function: Make) -> None:
    pid = call(pool, function(timeout=1), do="nothing").body["pid"]
    late = call(pool, function(timeout=1), 7, do="sleep", seconds=9)
    assert late.body == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: request-7 Error: Task timed out after 1.00 seconds",
    }
    assert pid not in children_of(os.getpid())


def test_a_module_that_cannot_be_imported_says_why(pool: Pool, function: Make) -> None:
    broken = call(pool, function("raise ValueError('broken at import')"))
    assert (broken.failed, broken.body["errorType"]) == (True, "ValueError")
    missing = call(pool, function("import nowhere"))
    assert missing.body["errorType"] == "Runtime.ImportModuleError"
    assert "nowhere" in missing.body["errorMessage"]


def test_a_child_sees_what_lambda_would_show_it_and_nothing_of_ours(
    pool: Pool, function: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEAI_API_KEY", "a real key")
    monkeypatch.setenv("PYTHONSTARTUP", "ours")
    seen = call(pool, function(OWN="its own", AWS_REGION="refused"), do="environment").body
    assert "a real key" not in seen.values()
    assert seen["OWN"] == "its own"
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_ACCESS_KEY_ID"] == "ASIA1"
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "misbehave"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["_HANDLER"] == "app.handler"
    assert set(seen) - {"LC_CTYPE"} <= {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_FORMAT",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "OWN",
        "PATH",
        "PYTHONPATH",
        "TMPDIR",
        "TZ",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }


def test_a_child_has_its_layers_and_boto3_but_no_package_of_the_development_environment(
    pool: Pool, function: Make
) -> None:
    assert not call(pool, function(), do="import", module="of_a_layer").failed
    for module in ("pytest", "ministack", "pydantic"):
        assert call(pool, function(), do="import", module=module).body["errorType"] == "ModuleNotFoundError"


def test_what_a_child_prints_is_the_log_of_that_call(tmp_path: Path, function: Make) -> None:
    lines: list[tuple[str, str]] = []
    pool = Pool(1, tmp_path / "scratch", lambda name, line: lines.append((name, line)))
    try:
        assert call(pool, function(), do="print", word="one").log == "a line one\n"
        assert call(pool, function(), do="print", word="two").log == "a line two\n"
    finally:
        pool.close()
    assert lines == [("misbehave", "a line one"), ("misbehave", "a line two")]


def test_a_large_answer_comes_back_whole(pool: Pool, function: Make) -> None:
    assert call(pool, function(), do="large", bytes=5_000_000).body == "x" * 5_000_000


def test_fifty_calls_at_once_share_a_bounded_number_of_children(pool: Pool, function: Make) -> None:
    most = 0
    with ThreadPoolExecutor(50) as callers:
        one = function()
        calls = [callers.submit(call, pool, one, number, do="sleep", seconds=0.05) for number in range(50)]
        while not all(made.done() for made in calls):
            most = max(most, len(children_of(os.getpid())))
            time.sleep(0.02)
    assert not any(made.result().failed for made in calls)
    assert len({made.result().body["pid"] for made in calls}) <= 4
    assert most <= 4 + 1  # `ps` itself is a child too


def test_a_function_that_waits_for_another_cannot_take_all_the_children(
    pool: Pool, function: Make, tmp_path: Path
) -> None:
    path = str(tmp_path / "made")
    with ThreadPoolExecutor(10) as callers:
        waits, makes = function(WAIT_FOR_FILE, "waits"), function(WAIT_FOR_FILE, "makes")
        waiting = [callers.submit(call, pool, waits, number, path=path) for number in range(8)]
        time.sleep(0.2)
        made = callers.submit(call, pool, makes, 9, path=path, make=True)
        assert made.result().body is True
        assert [one.result().body for one in waiting] == [True] * 8


def test_an_idle_child_makes_room_for_another_function(tmp_path: Path, function: Make) -> None:
    pool = Pool(1, tmp_path / "scratch")
    try:
        first = call(pool, function(name="one"), do="nothing").body["pid"]
        assert call(pool, function(name="two"), do="nothing").body["pid"] != first
        eventually(lambda: True if first not in children_of(os.getpid()) else None)
    finally:
        pool.close()


def test_a_new_version_of_a_function_gets_a_new_child(pool: Pool, function: Make) -> None:
    first = call(pool, function(OWN="1"), do="environment").body
    second = call(pool, function(OWN="2"), do="environment").body
    assert (first["OWN"], second["OWN"]) == ("1", "2")


def test_closing_ends_a_running_call_and_every_child(tmp_path: Path, function: Make) -> None:
    pool = Pool(2, tmp_path / "scratch")
    call(pool, function(), do="nothing")
    with ThreadPoolExecutor(1) as callers:
        running = callers.submit(call, pool, function(), do="sleep", seconds=9)
        time.sleep(0.2)
        pool.close()
        assert running.result().body["errorType"] == "Runtime.ExitError"
    assert not list((tmp_path / "scratch").iterdir())
