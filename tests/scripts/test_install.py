"""What `make` installs: once, whole or not at all, and a failure ends in one sentence."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.install import BEGUN, why
from tests.conftest import ROOT

# Fills `env` with what its command makes, as the Makefile does.
MAKEFILE = """
env/done:
	@$(PYTHON) -m scripts.install env $(PYTHON) $(FILL)
	@touch $@
"""
# Says that it has begun, and goes on when it is told to.
HELD = """
import os, pathlib
pathlib.Path("env").mkdir()
pathlib.Path("env/half").touch()
with open("begun", "w"): pass
with open("go"): pass
"""


@pytest.fixture(name="folder")
def made(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / ".python-version").write_text((ROOT / ".python-version").read_text())
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    (tmp_path / "fill.py").write_text("import pathlib; pathlib.Path('env').mkdir(exist_ok=True)")
    (tmp_path / "held.py").write_text(HELD)
    os.mkfifo(tmp_path / "begun")
    os.mkfifo(tmp_path / "go")
    return tmp_path


def preparing(folder: Path, fill: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["sh", "scripts/prepare.sh", "env/done"],
        cwd=folder,
        env=os.environ | {"PYTHON": sys.executable, "FILL": fill},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def prepared(folder: Path, fill: str = "fill.py") -> tuple[int, str, str]:
    process = preparing(folder, fill)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def wait_until_begun(folder: Path) -> None:
    (folder / "begun").read_text()


def test_what_is_there_is_not_made_again(folder: Path) -> None:
    assert prepared(folder) == (0, "", "")
    assert prepared(folder, "no-such-file.py") == (0, "", "")


def test_two_at_once_are_one_after_the_other_and_the_second_finds_it_done(folder: Path) -> None:
    first = preparing(folder, "held.py")
    wait_until_begun(folder)
    second = preparing(folder, "no-such-file.py")
    assert second.stdout
    assert second.stdout.readline() == "Another make installs in this folder; waiting for it…\n"

    (folder / "go").write_text("")

    assert [process.communicate(timeout=60) for process in (first, second)] == [("", "")] * 2
    assert (first.returncode, second.returncode) == (0, 0)


def test_what_was_interrupted_is_begun_anew(folder: Path) -> None:
    process = preparing(folder, "held.py")
    wait_until_begun(folder)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (130, "")
    assert err == "\nStopped while installing: the next make begins that anew.\n"
    assert prepared(folder) == (0, "", "")
    assert not (folder / "env" / "half").exists()
    assert not (folder / BEGUN).exists()


def test_who_is_killed_leaves_the_folder_to_its_children_until_they_have_ended(folder: Path) -> None:
    process = preparing(folder, "held.py")
    wait_until_begun(folder)
    process.kill()
    process.wait()
    second = preparing(folder, "fill.py")
    assert second.stdout
    waits = second.stdout.readline()
    (folder / "go").write_text("")
    second.communicate(timeout=60)
    process.communicate(timeout=60)

    assert waits.startswith("Another make installs")
    assert second.returncode == 0


def test_without_a_network_one_sentence_says_so_and_nothing_is_taken_for_done(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}/simple"
    pip = f"-m pip --isolated install --retries 1 --target env --index-url {closed} no-such-package"

    code, out, err = prepared(folder, pip)

    assert (code, out) == (1, "")
    assert err.startswith("Installing failed: the package index cannot be reached. Check the network")
    assert err.count("\n") == 1
    assert not (folder / "env" / "done").exists()


def test_what_fails_otherwise_is_told_in_its_last_words() -> None:
    said = "WARNING: nothing\nERROR: Could not install packages due to an OSError: [Errno 28] No space left\n"

    assert why(said) == "Could not install packages due to an OSError: [Errno 28] No space left"
    assert why("error: Failed to fetch: `x`\n  Caused by: error sending request for url (x)").startswith(
        "the package index cannot be reached"
    )


def test_what_a_link_leads_to_is_not_cleared(folder: Path, tmp_path: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "env").symlink_to("elsewhere")

    code, _, err = prepared(folder)

    assert (code, err) == (1, "env is a link: what it leads to would be cleared. Remove it and run make again.\n")
    assert (folder / "elsewhere").is_dir()


def test_a_folder_that_cannot_be_written_to_is_said_to_be_one(folder: Path) -> None:
    (folder / ".build").write_text("a file")

    assert prepared(folder) == (1, "", "Nothing can be installed here: .build: File exists\n")


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({}, "install it (or uv, or pyenv, which bring it) and run make again."),
        ({"pyenv": "exit 1"}, "pyenv can bring it: pyenv install 3.13"),
        ({"uv": "echo 'error: a wall of text' >&2; exit 2"}, "uv could not bring it"),
        ({"python3": "exit 1"}, "install it"),
    ],
)
def test_a_machine_without_the_python_is_told_how_it_gets_one(
    tmp_path: Path, others: dict[str, str], words: str
) -> None:
    for name in ("sh", "cat", "make"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    for name, does in others.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)

    done = subprocess.run(
        ["/bin/sh", "scripts/python.sh"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Python 3.13 ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_environment_is_made_by_a_python_that_stays_when_it_is_removed() -> None:
    """The README puts .venv/bin first on the path; what was interrupted removes .venv."""
    assert sys.prefix != sys.base_prefix

    done = subprocess.run(
        ["/bin/sh", "scripts/python.sh"],
        cwd=ROOT,
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    )

    python = Path(done.stdout.strip())
    assert os.access(python, os.X_OK)
    assert python.is_relative_to(sys.base_prefix)
