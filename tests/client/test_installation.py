"""The client as its caller gets it: a wheel, alone in an empty environment, with what it declares and no more."""

import ast
import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from plantain.version import VERSION
from plantain_client import __version__
from tests.conftest import ROOT

SOURCE = ROOT / "client" / "src" / "plantain_client"
MODULES = sorted(SOURCE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                found |= {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(source)):
                found.add(source.split(".")[0])
    return found - sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_what_its_part_declares(path: Path) -> None:
    part = path.relative_to(SOURCE).parts[0]
    allowed = {"cli": {"rich"}, "operator": {"boto3", "botocore"}}.get(part, {"httpx"})

    assert imports(path) <= allowed | {"plantain_client"}


def test_its_version_is_the_projects() -> None:
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert project
    assert __version__ == VERSION == project[1]


def needed(name: str) -> dict[str, importlib.metadata.Distribution]:
    """What a distribution declares, and what that needs in turn, from what is installed here."""
    found: dict[str, importlib.metadata.Distribution] = {}
    ahead = [name]
    while ahead:
        here = importlib.metadata.distribution(ahead.pop())
        for text in here.requires or []:
            requirement = Requirement(text)
            if (not requirement.marker or requirement.marker.evaluate({"extra": ""})) and (
                requirement.name not in found
            ):
                found[requirement.name] = importlib.metadata.distribution(requirement.name)
                ahead.append(requirement.name)
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that has the wheel, and what it declares to need."""
    folder = tmp_path_factory.mktemp("alone")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    source = ROOT / "client"
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "-w", str(folder), str(source)], check=True, timeout=120
    )
    (wheel,) = folder.glob("plantain_client-*-py3-none-any.whl")
    assert wheel.name.startswith(f"plantain_client-{VERSION}-")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    subprocess.run([*pip, "--python", str(python), "install", *offline, str(wheel)], check=True, timeout=120)
    site = next((folder / "env" / "lib").glob("python*/site-packages"))
    # From here rather than from the index, which a test cannot count on: the very files of each distribution.
    for distribution in needed("plantain-client").values():
        for file in distribution.files or []:
            if not file.parts[0].startswith(".."):
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    target.symlink_to(Path(str(distribution.locate_file(file))).resolve())
    return folder / "env" / "bin"


def run(alone: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "HOME": str(alone), "PYTHONWARNINGS": "error", "COLUMNS": "80"}
    return subprocess.run(
        [str(alone / command[0]), *command[1:]],
        env=environment,
        cwd=alone,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_works_alone(alone: Path) -> None:
    shown = run(alone, "plantain", "--help")
    version = run(alone, "plantain", "--version")
    unset = run(alone, "plantain", "list")
    keys = run(alone, "plantain", "keys", "list")

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "generate" in shown.stdout
    assert version.stdout == f"plantain {VERSION}\n"
    assert unset.returncode == 2
    assert "PLANTAIN_URL" in unset.stderr
    assert (keys.returncode, "pip install boto3" in keys.stderr) == (1, True)


def test_an_interruption_while_the_command_is_loaded_is_no_traceback(alone: Path, tmp_path: Path) -> None:
    (tmp_path / "httpx.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import plantain_command; plantain_command.main()"

    done = run(alone, "python", "-c", code)

    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_the_library_is_typed_and_light(alone: Path) -> None:
    code = """
import pathlib, sys, plantain_client
print(pathlib.Path(plantain_client.__file__).with_name("py.typed").exists())
print(sorted({"rich", "boto3", "plantain", "local"} & {name.partition(".")[0] for name in sys.modules}))
"""
    done = run(alone, "python", "-c", code)

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["True", "[]"]
