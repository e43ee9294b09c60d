"""What `make build` makes: bytecode that a zip does not spoil, the same bytes each time, one architecture."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import build
from tests.conftest import ROOT

UNCHECKED_HASH = b"\x01\x00\x00\x00"  # PEP 552: bytecode that is used without a look at its source's date


def made(folder: Path) -> dict[str, bytes]:
    """The files of our layer, as its makefile makes them."""
    command = ["make", "--silent", "build-PlantainLayer", f"ARTIFACTS_DIR={folder}", f"PYTHON={sys.executable}"]
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    subprocess.run(command, cwd=ROOT / "layers" / "plantain", env=environment, check=True)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_layer_has_bytecode_of_every_module_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = made(tmp_path / "first"), made(tmp_path / "second")

    sources = {name for name in first if name.endswith(".py")}
    compiled = {name: content for name, content in first.items() if name.endswith(".pyc")}
    assert first == second
    assert len(sources) == len(compiled) > 30
    assert {content[4:8] for content in compiled.values()} == {UNCHECKED_HASH}
    assert not [name for name, content in compiled.items() if str(tmp_path).encode() in content]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(build, "BUILT", tmp_path)
    monkeypatch.setattr(build, "TEMPLATE", tmp_path / "template.yaml")
    return tmp_path


def test_what_was_built_says_for_which_architecture_and_lets_itself_be_deployed_for_no_other(built: Path) -> None:
    parameter = {"Type": "String", "Default": "arm64", "AllowedValues": ["arm64", "x86_64"]}
    (built / "template.yaml").write_text(yaml.safe_dump({"Parameters": {"Architecture": parameter}}))

    build.say_what_it_is_for("x86_64")

    assert build.architecture_built() == "x86_64"
    assert yaml.safe_load((built / "template.yaml").read_text())["Parameters"]["Architecture"] == {
        "Type": "String",
        "Default": "x86_64",
        "AllowedValues": ["x86_64"],
    }


def test_a_compiled_package_of_another_machine_is_refused(built: Path) -> None:
    (built / "core.cpython-313-x86_64-linux-gnu.so").write_bytes(b"\x7fELF" + b"\x00" * 14 + b"\x3e\x00")

    build.check_libraries("x86_64")
    with pytest.raises(SystemExit, match=r"Not for arm64: .*core"):
        build.check_libraries("arm64")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Build Failed\nWARNING: Retrying (…) after connection broken by 'NewConnectionError'\n"
            "ERROR: No matching distribution found for x==1\n",
            r"Building failed: the package index cannot be reached\. Check the network .+, then run make again\.",
        ),
        ("Build Failed\nError: something else\n", r"Build Failed\nError: something else\n"),
    ],
)
def test_a_build_that_fails_without_a_network_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    sam = tmp_path / "sam"
    sam.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\nexit 1\n")
    sam.chmod(0o755)
    monkeypatch.setattr(build, "sam", lambda: str(sam))

    with pytest.raises(SystemExit) as ended:
        build.build("arm64")

    assert re.fullmatch(told, str(ended.value))
