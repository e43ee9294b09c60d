"""`sh scripts/prepare.sh TARGET …`: make brings what is missing, one make at a time in this folder."""

import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TextIO

from scripts.install import BEGUN, Interruption

_LOCK = Path(".build/prepare.lock")
_SAID_BY_MAKE = re.compile(r"make(\[\d+\])?: ")  # that a recipe failed, behind the sentence that says why


def prepare(targets: list[str]) -> int:
    """An exit code. Raises OSError where this folder cannot be written to."""
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        _have(lock)
        if BEGUN.exists():
            shutil.rmtree(BEGUN.read_text(), ignore_errors=True)  # half full, and nobody could tell
            BEGUN.unlink()
        command = ["make", "--silent", "--no-print-directory", *targets]
        # What it starts holds the lock as well: this process may be killed before them.
        with (
            Interruption() as interruption,
            subprocess.Popen(command, stderr=subprocess.PIPE, text=True, pass_fds=[lock.fileno()]) as make,
        ):
            assert make.stderr
            for line in make.stderr:
                if not _SAID_BY_MAKE.match(line):
                    sys.stderr.write(line)
        if interruption.came:
            print("\nStopped while installing: the next make begins that anew.", file=sys.stderr)
            return 130
        return 1 if make.returncode else 0


def _have(lock: TextIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another make installs in this folder; waiting for it…", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


if __name__ == "__main__":
    try:
        sys.exit(prepare(sys.argv[1:]))
    except OSError as error:
        sys.exit(f"Nothing can be installed here: {error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit(130)
