"""Where in the inbox what lies, whose it is, and references to one version of it.

A version is pinned as S3 itself writes it, `inbox/a/photo.jpg?versionId=…`: overwriting or deleting the object
changes nothing for who has pinned it. No version id holds a `?`, so the last one divides.
"""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath

from plantain.inbox.file_kinds import BATCH_EXTENSIONS, IMAGE_EXTENSIONS
from plantain.job import is_task_id, new_task_id

# The owner's own things, and those of single callers: `uploads/{caller}/{uuid}.{ext}` itself says whose it is.
DROPS, PRESETS, SCHEDULES, UPLOADS = "inbox/", "presets/", "schedules/", "uploads/"
MAX_STEM = 100  # characters; four bytes each at the most, and S3 gives a key 1024

_MARK = "?versionId="
_UPLOAD = re.compile(r"(?P<id>[^./]+)\.(?P<extension>[a-z]+)")


def is_inbox_key(text: str) -> bool:
    """Whether this names a thing of the owner's to work from, pinned or not, rather than a URL or an upload."""
    return text.startswith((DROPS, PRESETS))


def new_upload_key(caller: str, content_type: str) -> str:
    """A key nobody has yet, nor can guess."""
    extension = {**IMAGE_EXTENSIONS, **BATCH_EXTENSIONS}[content_type]
    return f"{UPLOADS}{caller}/{new_task_id()}.{extension}"


def is_upload_key(text: str) -> bool:
    """Whether this names an upload, of whomever, rather than a URL."""
    return text.startswith(UPLOADS)


def is_own_upload_key(key: str, caller: str, kinds: Mapping[str, str] = IMAGE_EXTENSIONS) -> bool:
    """Whether this key can have been given to this caller, for one of these kinds of file (images by default).

    Whether anything lies there is another question.
    """
    own = f"{UPLOADS}{caller}/"
    file = _UPLOAD.fullmatch(key.removeprefix(own))
    if not key.startswith(own) or file is None or file["extension"] not in kinds.values():
        return False
    return is_task_id(file["id"])


def pinned(key: str, version: str) -> str:
    """A reference to this version and no other."""
    return f"{key}{_MARK}{version}"


def key_and_version(reference: str) -> tuple[str, str | None]:
    """What a reference names; the version is None where none is pinned."""
    key, mark, version = reference.rpartition(_MARK)
    return (key, version) if mark else (reference, None)


def key_of(reference: str) -> str:
    """What a reference names, whichever version of it."""
    return key_and_version(reference)[0]


def stem_of(key: str) -> str:
    """The file's name without extension, safe in a key, at most 100 characters; letters of every language stay."""
    stem = PurePosixPath(key).stem
    kept = (character if _is_kept(character) else "-" for character in unicodedata.normalize("NFC", stem))
    return "-".join(filter(None, "".join(kept).split("-")))[:MAX_STEM].strip("-.") or "file"


def _is_kept(character: str) -> bool:
    return character in "_." or unicodedata.category(character)[0] in "LMN"
