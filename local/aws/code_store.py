"""The folders that Lambda children run from: each zip is unpacked once, under the hash of its bytes."""

import hashlib
import io
import shutil
import tempfile
import threading
import zipfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

# What Lambda's Python runtime itself brings; every other package must come from a layer, here as there.
RUNTIME_PACKAGES = ("awslambdaric", "boto3")


class CodeStore:
    """Unpacks function and layer zips below `unpacked`, and holds the packages of the runtime below `root`.

    `unpacked` may outlive the process and be shared with others: what lies there is never changed, only used.
    """

    def __init__(self, root: Path, unpacked: Path | None = None) -> None:
        self._unpacked = unpacked or root / "code"
        self._unpacked.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        # By identity, with the bytes kept alive: hashing 20 MB of layers anew would slow down every call.
        self._known: dict[int, tuple[bytes, Path]] = {}
        self.runtime = _runtime_folder(root / "runtime")

    def folder(self, archive: bytes) -> Path:
        """The folder that holds the archive's files; unpacked by the first call."""
        with self._lock:
            known = self._known.get(id(archive))
            if known is None:
                folder = self._unpacked / hashlib.sha256(archive).hexdigest()[:24]
                if not folder.exists():
                    self._unpack(archive, folder)
                known = self._known[id(archive)] = (archive, folder)
            return known[1]

    def _unpack(self, archive: bytes, folder: Path) -> None:
        """Under another name first, so that a folder is there as a whole or not at all."""
        partial = Path(tempfile.mkdtemp(dir=self._unpacked, prefix="partial-"))
        partial.chmod(0o755)
        _extract(archive, partial)
        try:
            partial.rename(folder)
        except OSError:  # another process was quicker
            shutil.rmtree(partial)


def _extract(archive: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as contents:
        for entry in contents.infolist():
            target = Path(contents.extract(entry, folder))
            # extractall would lose the mode bits, and with them what may be executed
            if mode := (entry.external_attr >> 16) & 0o777:
                target.chmod(mode | 0o600)


def _runtime_folder(folder: Path) -> Path:
    """A folder of links to the runtime's packages and to nothing else of this environment."""
    folder.mkdir(parents=True)
    for distribution in _with_requirements(RUNTIME_PACKAGES):
        for name in {file.parts[0] for file in metadata.files(distribution) or [] if file.parts[0] != ".."}:
            source = Path(str(metadata.distribution(distribution).locate_file(name)))
            link = folder / name
            if name != "__pycache__" and source.exists() and not link.exists():
                link.symlink_to(source)
    return folder


def _with_requirements(names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found
