"""The names of uploads: `uploads/{caller}/{uuid}.{ext}`, so that a key itself says whose it is."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from plantain.job import is_task_id, new_task_id

MAX_UPLOAD_BYTES = 30_000_000  # what Kie.ai takes of one input image, mid-2026
# What Kie.ai takes as input.
EXTENSIONS: Mapping[str, str] = MappingProxyType({"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"})

# What holds the rows of a batch.
MAX_BATCH_BYTES = 20_000_000
BATCH_EXTENSIONS: Mapping[str, str] = MappingProxyType({"text/csv": "csv", "application/jsonl": "jsonl"})

_PREFIX = "uploads/"
_FILE = re.compile(r"(?P<id>[^./]+)\.(?P<extension>[a-z]+)")


def new_upload_key(caller: str, content_type: str) -> str:
    """A key nobody has yet, nor can guess."""
    extension = {**EXTENSIONS, **BATCH_EXTENSIONS}[content_type]
    return f"{_PREFIX}{caller}/{new_task_id()}.{extension}"


def is_upload_key(text: str) -> bool:
    """Whether this names an upload, of whomever, rather than a URL."""
    return text.startswith(_PREFIX)


def is_own_upload_key(key: str, caller: str, kinds: Mapping[str, str] = EXTENSIONS) -> bool:
    """Whether this key can have been given to this caller, for one of these kinds of file (images by default).

    Whether anything lies there is another question.
    """
    own = f"{_PREFIX}{caller}/"
    file = _FILE.fullmatch(key.removeprefix(own))
    if not key.startswith(own) or file is None or file["extension"] not in kinds.values():
        return False
    return is_task_id(file["id"])
