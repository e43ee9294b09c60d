"""`python -m scripts.install FOLDER COMMAND …`: fills a folder, silently; a failure is told in one sentence."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

# Names the folder that is being filled. It stays where that was broken off: pip itself undoes what fails.
BEGUN = Path(".build/begun")
LOG = Path(".build/install.log")

# As pip and as uv say it.
_UNREACHABLE = re.compile(r"after connection broken by[\s\S]*No matching distribution|error sending request")
CHECK_THE_NETWORK = (
    "the package index cannot be reached. Check the network (HTTPS_PROXY names a proxy, PIP_INDEX_URL an index "
    "of your own)"
)


class Interruption:
    """While this lasts, a Ctrl-C is for the children, which end by it: it is only noted that it `came`."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, lambda *_: self._note())
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self) -> None:
        self.came = True


def install(folder: Path, command: list[str]) -> int:
    """An exit code."""
    if folder.is_symlink():
        raise SystemExit(f"{folder} is a link: what it leads to would be cleared. Remove it and run make again.")
    BEGUN.write_text(str(folder))
    with Interruption() as interruption, LOG.open("w") as log:
        failed = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    if interruption.came:
        return 130
    BEGUN.unlink()
    if failed:
        print(
            f"Installing failed: {why(LOG.read_text())}, then run make again. More is in {LOG}.", file=sys.stderr
        )
    return failed


def why(said: str) -> str:
    """The reason, from all that was said."""
    if _UNREACHABLE.search(said):
        return CHECK_THE_NETWORK
    errors = re.findall(r"^(?:ERROR|error): (.+?)\.?$", said, re.MULTILINE)
    return errors[-1] if errors else "see what was said"


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1]), sys.argv[2:]))
