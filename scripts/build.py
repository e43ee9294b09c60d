"""`make build`: sam build, bytecode for the functions, and a template that says what it was built for."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from scripts.install import CHECK_THE_NETWORK, why
from scripts.stage import ROOT, stage

BUILT = ROOT / ".aws-sam" / "build"
TEMPLATE = BUILT / "template.yaml"
MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}  # e_machine in an ELF header
LAMBDA_MB = 250  # of a function with its layers, unzipped


def main() -> None:
    parser = argparse.ArgumentParser(prog="make build")
    parser.add_argument("--arch", choices=MACHINES)
    parser.add_argument("--stage")
    asked = parser.parse_args()
    configured = stage(asked.stage).parameters.get("Architecture") if asked.stage else None
    build(asked.arch or configured or "arm64")


def build(architecture: str) -> None:
    """Raises SystemExit when something cannot be built, or would not run in Lambda."""
    print(f"Building for {architecture}…", flush=True)
    # SAM hands its variables on to the layers' makefiles, and nothing else that would tell them.
    environment = os.environ | {"ARCH": architecture, "SAM_CLI_TELEMETRY": "0", "PYTHON": sys.executable}
    command = [sam(), "build", "--parameter-overrides", f"Architecture={architecture}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stdout + done.stderr
        offline = why(said) == CHECK_THE_NETWORK
        raise SystemExit(f"Building failed: {CHECK_THE_NETWORK}, then run make again." if offline else said)
    _compile_functions()
    check_libraries(architecture)
    say_what_it_is_for(architecture)
    _tell_sizes()


def sam() -> str:
    """The SAM CLI beside the Python that runs this."""
    return str(Path(sys.executable).parent / "sam")


def _compile_functions() -> None:
    """As the layers do it themselves: bytecode that needs no dates, the same bytes each time."""
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    for folder in _folders("Function"):
        subprocess.run(
            [*command, "-s", folder, "-p", "/var/task", folder], env={"PYTHONHASHSEED": "0"}, check=True
        )


def check_libraries(architecture: str) -> None:
    """Raises SystemExit for a compiled package of another machine."""
    if foreign := [str(path) for path in _libraries() if _machine(path) != MACHINES[architecture]]:
        raise SystemExit(f"Not for {architecture}: {', '.join(foreign)}")


def say_what_it_is_for(architecture: str) -> None:
    """Deployed with another Architecture, the compiled packages would not load: then let it be refused."""
    template = yaml.safe_load(TEMPLATE.read_text())
    template["Parameters"]["Architecture"] |= {"Default": architecture, "AllowedValues": [architecture]}
    TEMPLATE.write_text(yaml.safe_dump(template, sort_keys=False, allow_unicode=True, width=1000))


def architecture_built() -> str:
    """What the last build was for."""
    return str(yaml.safe_load(TEMPLATE.read_text())["Parameters"]["Architecture"]["Default"])


def _tell_sizes() -> None:
    layers = {folder.name: _megabytes(folder) for folder in _folders("Layer")}
    functions = [_megabytes(folder) for folder in _folders("Function")]
    largest = sum(layers.values()) + max(functions)
    told = ", ".join(f"{name} {size:.1f} MB" for name, size in layers.items())
    print(f"Built into {BUILT.relative_to(ROOT)}: {told}, {len(functions)} functions.")
    if largest >= LAMBDA_MB:
        raise SystemExit(f"A function with its layers has {largest:.0f} MB; Lambda takes {LAMBDA_MB}.")


def _folders(ending: str) -> list[Path]:
    return sorted(path for path in BUILT.iterdir() if path.is_dir() and path.name.endswith(ending))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in _files(folder)) / 1e6


def _libraries() -> Iterator[Path]:
    return (path for path in _files(BUILT) if path.suffix == ".so" or ".so." in path.name)


def _machine(library: Path) -> int:
    with library.open("rb") as file:
        return int.from_bytes(file.read(20)[18:20], "little")


if __name__ == "__main__":
    main()
