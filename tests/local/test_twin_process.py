"""The twin as a process: one line when ready, gone at once when told to, or when its parent is gone."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.twin.twin import Twin

get = partial(httpx.get, verify=False, trust_env=False)  # plain HTTP: no certificates are read
stream = partial(httpx.stream, verify=False, trust_env=False)
post = partial(httpx.post, verify=False, trust_env=False)

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "local.twin", "--draw-seconds", "0", "--key", "k"]
HEADERS = {"Authorization": "Bearer k"}


def create(api_url: str, prompt: str) -> Any:
    body = {"model": "nano-banana-pro", "input": {"prompt": prompt}}
    return post(f"{api_url}/api/v1/jobs/createTask", headers=HEADERS, json=body).json()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_at_once_on_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        where = json.loads(process.stdout.readline())
        assert create(where["apiUrl"], "A boat")["code"] == 200
        assert get(where["filesUrl"]).status_code == 404
        start = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert time.monotonic() - start < 2.0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--port", str(port)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
        )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"The twin cannot listen on port {port}, 0: ")
    assert done.stderr.count("\n") == 1


def test_it_ends_with_its_parent() -> None:
    parent = (
        "import subprocess, sys; child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True);"
        "print(child.pid, child.stdout.readline())"
    )
    said = subprocess.run(
        [sys.executable, "-c", parent, *COMMAND], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    where = json.loads(said.split(" ", 1)[1])
    port = int(where["apiUrl"].rsplit(":", 1)[1])
    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    os.kill(int(said.split(" ", 1)[0]), signal.SIGKILL)
    pytest.fail("the twin outlived its parent")


def test_it_prints_its_scripts() -> None:
    said = subprocess.run([*COMMAND, "--scripts"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "[twin:NAME]" in said
    assert "  timeout-then-success " in said


def test_it_stops_in_time_whatever_its_connections_are_doing() -> None:
    twin = Twin(draw_seconds=0.0, key="k").start()
    ended: list[Exception] = []

    def hold(url: str) -> None:
        try:
            with stream("GET", url, headers=HEADERS, timeout=30.0) as answer:
                for _ in answer.iter_raw():
                    pass
        except httpx.HTTPError as error:
            ended.append(error)

    urls = []
    for name in ("file-drip", "file-huge", "file-slow 60s", "poll-slow 60s"):
        record = f"{twin.api_url}/api/v1/jobs/recordInfo?taskId="
        task_id = create(twin.api_url, f"[twin:{name}]")["data"]["taskId"]
        urls.append(f"{twin.files_url}/h/{task_id}/1.png" if name.startswith("file") else record + task_id)
    threads = [threading.Thread(target=hold, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    start = time.monotonic()
    twin.stop()
    for thread in threads:
        thread.join(5.0)
    assert time.monotonic() - start < 2.0
    assert len(ended) == len(urls)


def test_an_idle_connection_is_closed_too() -> None:
    twin = Twin().start()
    with socket.create_connection(("127.0.0.1", int(twin.api_url.rsplit(":", 1)[1])), timeout=2.0) as idle:
        idle.sendall(b"GET /_twin/ledger HTTP/1.1\r\nHost: twin\r\n\r\n")
        answer = b""
        while not answer.endswith(b'"callbacks":[]}'):
            answer += idle.recv(65536)
        time.sleep(0.1)  # the handler waits for the next request
        twin.stop()
        while idle.recv(65536):
            pass


def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open() -> None:
    with Twin() as twin:
        port = int(twin.files_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            Twin(files_port=port).start()
