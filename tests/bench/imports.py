"""Cold start: the CPU time of importing each function as Lambda would find it, with and without bytecode."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.rows import Row, tell
from tests.conftest import ROOT
from tests.template.stack import FUNCTIONS, LAYER, verbs
from tests.template.test_imports import HEAVY

# What the runtime brings along: boto3 and what it imports.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")
VENDOR = ROOT / ".build" / "vendor" / "python"
BASELINE = "import boto3; boto3.client('dynamodb')"
ROUNDS = 5
AIM = 1.5

_MEASURE = """
import json, sys, time
start = time.process_time()
{statement}
spent = time.process_time() - start
print(json.dumps([spent * 1000, [name for name in {heavy} if name in sys.modules]]))
"""


def main() -> None:
    """One row per function: CPU ms with bytecode beside the baseline's, and what is missing without it."""
    with tempfile.TemporaryDirectory() as folder:
        runtime, compiled, bare = (Path(folder) / name for name in ("runtime", "compiled", "bare"))
        _runtime(runtime)
        for tree in (compiled, bare):
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(VENDOR, tree, ignore=ignore)
            shutil.copytree(LAYER, tree / "plantain", ignore=ignore)
            shutil.copytree(FUNCTIONS, tree / "functions", ignore=ignore)
        compiler = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
        subprocess.run([*compiler, compiled], check=True)
        tell([_row(verb, runtime, compiled, bare) for verb in verbs()])


def _runtime(folder: Path) -> None:
    folder.mkdir()
    for name in RUNTIME:
        for place in map(Path, sys.path):
            if (place / name).exists():
                (folder / name).symlink_to(place / name)
                break


def _row(verb: str, runtime: Path, compiled: Path, bare: Path) -> Row:
    statement = f"import functions.{verb}.app"
    ours, baseline, uncompiled = [], [], []
    heavy: list[str] = []
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine meets all three
        spent, heavy = _import(statement, runtime, compiled)
        ours.append(spent)
        baseline.append(_import(BASELINE, runtime, compiled)[0])
        uncompiled.append(_import(statement, runtime, bare)[0])
    own, beside, slow = (statistics.median(times) for times in (ours, baseline, uncompiled))
    packages = ", ".join(name.rpartition(".")[2] for name in heavy) or "–"
    limit = 1.0 if verb == "check_status" else AIM
    return Row(
        f"{verb} ({packages})",
        f"{own:.0f} ms; {slow / own:.1f}× without bytecode",
        f"{beside:.0f} ms",
        own / beside,
        f"< {limit:g}",
        own / beside < limit,
    )


def _import(statement: str, runtime: Path, tree: Path) -> tuple[float, list[str]]:
    environment = {
        "PYTHONPATH": os.pathsep.join([str(tree), str(runtime)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    # -S: the packages of this virtual environment are not there in Lambda.
    command = [os.path.realpath(sys.executable), "-S", "-c", _MEASURE.format(statement=statement, heavy=HEAVY)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    spent, heavy = json.loads(done.stdout)
    return spent, heavy


if __name__ == "__main__":
    main()
