"""Zips the code a template names by local path and puts it into the emulator's artifacts bucket."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BUCKET = "plantain-artifacts"
_SKIPPED = {"__pycache__", ".DS_Store", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say, so that equal content gives equal bytes


class ArtifactStore:
    """Uploads by content: what has not changed since the last deploy is not sent again."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        s3.create_bucket(Bucket=BUCKET)

    def put(self, content: bytes, suffix: str) -> str:
        """The s3:// address of the content."""
        key = hashlib.sha256(content).hexdigest() + suffix
        found = self._s3.list_objects_v2(Bucket=BUCKET, Prefix=key)
        if not found.get("KeyCount"):
            self._s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"


def zip_of(folder: Path, prefix: str = "", with_bytecode: bool = False) -> bytes:
    """The folder's files below `prefix`, not compressed: they only travel to the next thread."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is named by the template, but there is no such folder")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(_files(folder, with_bytecode)):
            entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), _DATE)
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def _files(folder: Path, with_bytecode: bool) -> Iterator[Path]:
    skipped = _SKIPPED - {"__pycache__"} if with_bytecode else _SKIPPED
    for directory, folders, files in folder.walk(follow_symlinks=True):
        folders[:] = [name for name in folders if name not in skipped]
        yield from (directory / name for name in files if name not in skipped)
