"""What a person types: the demo, and a stack that stays up and is called with curl as it says."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.e2e.conftest import ROOT

LOCAL = [sys.executable, "-m", "local"]


@pytest.fixture(name="unlimited", autouse=True)
def no_cloud() -> None:
    """These start a cloud of their own."""


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


def test_the_demo_makes_a_picture_and_says_where_it_is(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [*LOCAL, "demo", "--prompt", "A test of the demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stderr == ""
    (picture,) = (tmp_path / "out").iterdir()
    assert size_of(picture) == (2048, 1152)
    for fact in (f"out/{picture.name}", "s3://", picture.stem, "took", "$0.09", "make up", "make demo"):
        assert fact in done.stdout, fact


def drop_demo(folder: Path) -> subprocess.CompletedProcess[str]:
    # Neither the person's own profile nor their endpoint may matter.
    environment = os.environ | {"PYTHONPATH": str(ROOT), "AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL": "http://x"}
    return subprocess.run(
        [*LOCAL, "demo-drop"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def check_what_was_dropped(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stderr == ""
    pictures = list((folder / "out" / "drop").glob("*.png"))
    assert sorted(map(size_of, pictures)) == [(1024, 576), *[(1024, 1024)] * 6, (2048, 1152), (2048, 1365)]
    assert all(picture.name in done.stdout for picture in pictures)
    assert len(re.findall(r"^aws s3 cp out/drop/dropped/\S+ s3://\S+/$", done.stdout, re.MULTILINE)) == 4
    assert len(re.findall(r": success$", done.stdout, re.MULTILINE)) == 4
    for fact in ("9 of 9", "162 credits ($0.81)", "failed   0"):
        assert fact in done.stdout, fact


def test_the_drop_demo_brings_its_own_stack_where_none_runs(tmp_path: Path) -> None:
    done = drop_demo(tmp_path)

    check_what_was_dropped(done, tmp_path)
    assert "a stack of its own" in done.stdout
    assert "make up" in done.stdout


def test_the_drop_demo_drops_into_what_runs_with_lines_that_work_as_pasted(tmp_path: Path) -> None:
    with stack_that_stays_up(tmp_path):
        done = drop_demo(tmp_path)

        check_what_was_dropped(done, tmp_path)
        assert "what `make up` keeps running" in done.stdout
        (listing,) = re.findall(r"^ *(aws s3 ls .*)$", done.stdout, re.MULTILINE)
        script = "\n".join([*re.findall(r"^(?:export|unset) .*$", done.stdout, re.MULTILINE), "cd /", listing])
        listed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count(".png") == 10  # the schedule's latest is one more


@pytest.mark.parametrize(
    ("settings", "words"),
    [({}, "export KIEAI_API_KEY"), ({"KIEAI_API_KEY": "key"}, "Nobody is here to ask")],
)
def test_the_real_kie_is_never_asked_by_accident(settings: dict[str, str], words: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "KIEAI_API_KEY"}

    done = subprocess.run(
        [*LOCAL, "demo", "--kie", "real"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)} | settings,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert words in done.stdout + done.stderr
    assert "Nothing was spent" in done.stdout + done.stderr


@contextmanager
def stack_that_stays_up(tmp_path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    scratch = tmp_path / "tmp"
    scratch.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    process = subprocess.Popen(
        [*LOCAL, "up", "--draw-seconds", "0.5", *options],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C ends everything" in line:
            break
    try:
        yield process, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def test_the_curl_lines_work_as_pasted_and_a_stop_leaves_nothing(tmp_path: Path) -> None:
    with stack_that_stays_up(tmp_path) as (process, said):
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        lines = said.splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("export "))
        script = "\n".join(line for line in lines[start:] if not line.startswith("#"))
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stderr + done.stdout
        assert size_of(tmp_path / "leaf.png") == (2048, 1152)
        environment = os.environ | {"PYTHONPATH": str(ROOT), "AWS_PROFILE": "nobody"}
        key = subprocess.run(
            [*LOCAL, "key", "alice"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        assert re.search(r"^ {2}plantain_\S{40,}$", key.stdout, re.MULTILINE)
    assert process.returncode == 0
    assert children.stdout.split()
    assert not [pid for pid in children.stdout.split() if Path(f"/proc/{pid}").exists()]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_folder_keeps_what_was_made_and_ends_what_was_running(tmp_path: Path) -> None:
    def ask(said: str, path: str, **more: Any) -> httpx.Response:
        url, key = re.findall(r"^export PLANTAIN_(?:URL|API_KEY)=(\S+)$", said, re.MULTILINE)
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.request(
            more.pop("method", "GET"), url + path, headers=headers, timeout=30, trust_env=False, **more
        )

    def state_of(said: str, task_id: str) -> dict[str, Any]:
        job: dict[str, Any] = ask(said, f"/api/images/status?taskId={task_id}").json()
        return job

    def eventually(said: str, task_id: str, state: str) -> dict[str, Any]:
        for _ in range(100):
            if (job := state_of(said, task_id))["state"] == state:
                return job
            time.sleep(0.2)
        raise AssertionError(job)

    def submit(said: str, prompt: str) -> str:
        answer = ask(said, "/api/images/generate", method="POST", json={"prompt": prompt, "resolution": "1K"})
        return str(answer.json()["taskId"])

    with stack_that_stays_up(tmp_path, "--state", str(tmp_path / "kept")) as (_, said):
        done, running = submit(said, "kept"), submit(said, "[twin:never]")
        eventually(said, done, "success")

    with stack_that_stays_up(tmp_path, "--state", str(tmp_path / "kept")) as (_, said):
        image = ask(said, f"/api/images/{done}/image", follow_redirects=True)
        ended = eventually(said, running, "fail")

    assert image.headers["content-type"] == "image/png"
    assert (ended["failCode"], ended["charged"]) == ("aborted", "unknown")


def test_a_folder_is_kept_by_one_at_a_time(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [*LOCAL, "up", "--state", str(kept)]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=30
        )

    assert done.returncode == 1
    assert "Another `make up` keeps its things" in done.stderr


@pytest.mark.parametrize("words", [["demo"], ["demo-drop"], ["up", "--state", "out/kept"]])
def test_what_cannot_be_written_is_told_in_one_sentence_before_anything_starts(
    words: list[str], tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file, where a folder should be")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [*LOCAL, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=30
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"Stopped: out/\S* cannot be used \(Not a directory\)\.\n", done.stderr)


def test_a_parameter_that_the_template_has_not_is_refused(tmp_path: Path) -> None:
    command = [*LOCAL, "up", "--parameters", "Budget={}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=30
    )

    assert done.returncode == 1
    assert "no parameter Budget." in done.stderr


def test_a_budget_holds_on_this_machine(tmp_path: Path) -> None:
    with stack_that_stays_up(tmp_path, "--parameters", """Budgets='{"stack": {"day": 0.05}}'""") as (_, said):
        url, key = re.findall(r"^export PLANTAIN_(?:URL|API_KEY)=(\S+)$", said, re.MULTILINE)
        answer = httpx.post(
            f"{url}/api/images/generate",
            json={"prompt": "a leaf"},
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            trust_env=False,
        )

    assert answer.status_code == 402
    assert "The day budget of the whole stack, $0.05, has no room for $0.09 more." in answer.json()["detail"]


def test_a_key_without_a_stack_says_what_to_do(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [*LOCAL, "key", "alice"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "make up" in done.stderr
