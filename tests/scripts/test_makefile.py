"""What `make deploy` hands on: each word as it was given, read by neither make nor the shell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TELL = f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n"


def handed(folder: Path, target: str, *given: str, **environment: str) -> list[str]:
    """The words that a script is called with, by a make that takes everything as built."""
    for script in ("deploy", "kie_key", "delete", "build"):
        (folder / f"scripts.{script}").write_text(TELL)
        (folder / f"scripts.{script}").chmod(0o755)
    names = ("STAGE", "PARAMETERS", "ARGS", "ARCH", "YES", "MAKEFLAGS", "MAKELEVEL")
    clean = {name: value for name, value in os.environ.items() if name not in names}
    old = ("-o", "build") if target != "build" else ()
    command = ["make", "--silent", *old, target, f"AWS={folder}/scripts", "PREPARE=@:", *given]
    done = subprocess.run(command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=True)
    return [str(word) for word in json.loads(done.stdout)]


AWKWARD = [
    "Name=value Other='a b'",
    "Name=https://a.example,https://b.example",
    "Name='it is \"so\"' -- ; touch {marker}",
    "Name=$(shell touch {marker})",
    "Name=$$(touch {marker})",
    "Name=`touch {marker}`",
    "Name='; touch {marker} ; '",
    "",
]


@pytest.mark.parametrize("given", AWKWARD)
@pytest.mark.parametrize("by_environment", [False, True])
def test_every_word_arrives_as_it_was_given(tmp_path: Path, given: str, by_environment: bool) -> None:
    marker = tmp_path / "marker"
    text = given.format(marker=marker)
    variables = {"STAGE": "dev", "PARAMETERS": text, "ARGS": text}

    if by_environment:
        words = handed(tmp_path, "deploy", **variables)
    else:
        words = handed(tmp_path, "deploy", *(f"{name}={value}" for name, value in variables.items()))

    assert words == ["dev", f"--parameters={text}", f"--arguments={text}"]
    assert not marker.exists()


def test_a_stage_is_a_word_whatever_it_says(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    text = f'dev"; touch {marker}; $(shell touch {marker}) "$$(touch {marker})'

    words = handed(tmp_path, "build", f"STAGE={text}")

    assert text in words
    assert not marker.exists()


@pytest.mark.parametrize("target", ["deploy", "kie-key", "delete"])
@pytest.mark.parametrize(
    "text", ["nope", "default", 'dev"; touch {marker}; $(shell touch {marker}) "$$(touch {marker})']
)
def test_a_stage_that_is_not_there_is_refused_before_anything_is_installed(
    tmp_path: Path, target: str, text: str
) -> None:
    marker = tmp_path / "marker"
    stage = text.format(marker=marker)

    with pytest.raises(subprocess.CalledProcessError) as failed:
        handed(tmp_path, target, f"STAGE={stage}")

    assert f"samconfig.toml has no stage '{stage}': it has dev, prod.\n" in failed.value.stderr
    assert failed.value.stdout == ""
    assert not marker.exists()


@pytest.mark.parametrize("target", ["kie-key", "delete"])
def test_who_agrees_beforehand_is_not_asked(tmp_path: Path, target: str) -> None:
    assert handed(tmp_path, target, "STAGE=dev") == ["dev"]
    assert handed(tmp_path, target, "STAGE=dev", "YES=1") == ["dev", "--yes"]


def test_help_is_plain_text_into_a_pipe_and_says_what_a_deletion_leaves() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "\033" not in done.stdout
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("  make delete"))
    assert "images and what lies in its inbox stay" in line
