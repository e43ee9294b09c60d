"""What a dropped file is, by its key alone: whose, of which kind, and which jobs it stands for."""

from pathlib import PurePosixPath
from typing import Literal

from plantain.inbox.file_kinds import BATCH_ENDINGS, IMAGE_ENDINGS
from plantain.inbox.keys import DROPS, pinned
from plantain.job import Source

Kind = Literal["image", "text", "toml", "json", "batch", "unknown"]

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(IMAGE_ENDINGS, "image"),
    ".txt": "text",
    ".toml": "toml",
    ".json": "json",
    **dict.fromkeys(BATCH_ENDINGS, "batch"),
}
# What systems and programs leave behind on their own: nobody has dropped it.
_SYSTEM_NAMES = ("thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin")
_HIDDEN = (".", "~$")
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", "~")


def is_ignored(key: str) -> bool:
    """Folder markers, hidden files, those of systems, and those that a program is still writing.

    So are folders that begin with `_` (as `__MACOSX` does): what lies there is only to be worked from.
    """
    parts = key.removeprefix(DROPS).lower().split("/")
    return (
        parts[-1] == ""
        or parts[-1].endswith(_UNFINISHED)
        or any(part.startswith(_HIDDEN) or part in _SYSTEM_NAMES for part in parts)
        or any(folder.startswith("_") for folder in parts[:-1])
    )


def kind_of(key: str) -> Kind:
    """By the ending of its name, in capitals or not."""
    return _KINDS.get(ending_of(key), "unknown")


def ending_of(key: str) -> str:
    """`.jpg`, in small letters; empty if there is none."""
    return PurePosixPath(key).suffix.lower()


def folder_of(key: str) -> str:
    """The first folder below `inbox/`; empty for what lies directly there."""
    folder, slash, _ = key.removeprefix(DROPS).partition("/")
    return folder if slash else ""


def caller_of(key: str) -> str:
    """Who asks: the folder. An API key's name holds no slash, so nobody else is called so."""
    return f"{DROPS}{folder_of(key)}"


def job_keys(source: Source, count: int) -> list[str]:
    """The idempotency keys of the jobs of one dropped version: delivered twice, it is the same jobs."""
    version = pinned(source.key, source.version)
    return [version] if count == 1 else [f"{version}#{number}" for number in range(1, count + 1)]


def member_of(number: int, count: int) -> str | None:
    """A job's place among those of one dropped file: `02/03`; None for a single one."""
    return None if count == 1 else f"{number:02}/{count:02}"


def count_of(member: str | None) -> int:
    """How many jobs the file stands for that one with this place belongs to."""
    return 1 if member is None else int(member.rpartition("/")[2])
