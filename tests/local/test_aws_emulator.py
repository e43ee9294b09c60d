"""How the embedded AWS starts, stops, dies, and what it keeps: each in a process of its own."""

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.aws.emulator import EmbeddedAws
from tests.local.aws_sample.client import Sample, children_of, eventually, sample_stack


@pytest.fixture(name="aws")
def fresh_stack(tmp_path: Path) -> Iterator[Sample]:
    with sample_stack(tmp=tmp_path) as sample:
        yield sample


def test_an_interrupt_ends_it_in_the_middle_of_everything_and_leaves_nothing_behind(
    aws: Sample, tmp_path: Path
) -> None:
    aws.invoke("Misbehave", {"do": "nothing"})
    function = aws.id_of("Limited")
    event = json.dumps({"do": "sleep", "seconds": 9})
    with ThreadPoolExecutor(1) as callers:
        running = callers.submit(aws.client("lambda").invoke, FunctionName=function, Payload=event)
        aws.start(aws.id_of("Waiting"), seconds=600)
        time.sleep(0.7)
        children = children_of(aws.process.pid)
        assert len(children) == 2
        aws.process.send_signal(signal.SIGINT)
        aws.process.wait(20)
        running.exception()
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert list(tmp_path.iterdir()) == []


def test_its_children_end_when_it_is_killed(aws: Sample) -> None:
    aws.invoke("Misbehave", {"do": "nothing"})
    function = aws.id_of("Limited")
    with ThreadPoolExecutor(1) as callers:
        event = json.dumps({"do": "sleep", "seconds": 2})
        running = callers.submit(aws.client("lambda").invoke, FunctionName=function, Payload=event)
        time.sleep(0.7)
        children = children_of(aws.process.pid)
        assert len(children) == 2
        os.kill(aws.process.pid, signal.SIGKILL)
        eventually(lambda: None if any(Path(f"/proc/{child}").exists() for child in children) else True, 5)
        assert running.exception() is not None


def test_a_state_folder_keeps_the_stack_its_items_objects_and_executions(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    with sample_stack("--state", state) as before:
        before.client("dynamodb").put_item(TableName=before.id_of("Table"), Item={"id": {"S": "kept"}})
        before.client("s3").put_object(Bucket=before.id_of("Bucket"), Key="kept", Body=b"bytes")
        ended = before.run(before.id_of("Sample"), tries=0, refuse=False, pause=0)
    with sample_stack("--state", state) as after:
        assert after.about["resources"] == before.about["resources"]
        assert after.item("kept")
        kept = after.client("s3").get_object(Bucket=after.id_of("Bucket"), Key="kept")
        assert kept["Body"].read() == b"bytes"
        steps = after.client("stepfunctions")
        assert steps.describe_execution(executionArn=ended["executionArn"])["status"] == "SUCCEEDED"
        assert after.request("/things/7", Authorization="Bearer good")[0] == 200
        assert after.invoke("Misbehave", {"do": "read", "table": after.id_of("Table")}) == (None, None)
        assert after.run(after.id_of("Sample"), tries=0, refuse=True, pause=0)["error"] == "Refused"


def test_a_second_start_in_one_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddedAws, "_used", True)
    with pytest.raises(RuntimeError, match="ministack cannot start twice"), EmbeddedAws():
        pass
