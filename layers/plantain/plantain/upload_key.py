"""The names of uploads: `uploads/{caller}/{uuid}.{ext}`, so that a key itself says whose it is."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from plantain.job import is_task_id, new_task_id

MAX_UPLOAD_BYTES = 30_000_000  # what Kie.ai takes of one input image, mid-2026
# What Kie.ai takes as input.
EXTENSIONS: Mapping[str, str] = MappingProxyType({"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"})

_PREFIX = "uploads/"
_FILE = re.compile(rf"(?P<id>[^./]+)\.({'|'.join(EXTENSIONS.values())})")


def new_upload_key(caller: str, content_type: str) -> str:
    """A key nobody has yet, nor can guess."""
    return f"{_PREFIX}{caller}/{new_task_id()}.{EXTENSIONS[content_type]}"


def is_upload_key(text: str) -> bool:
    """Whether this names an upload, of whomever, rather than a URL."""
    return text.startswith(_PREFIX)


def is_own_upload_key(key: str, caller: str) -> bool:
    """Whether this key can have been given to this caller; whether anything lies there is another question."""
    own = f"{_PREFIX}{caller}/"
    file = _FILE.fullmatch(key.removeprefix(own))
    return key.startswith(own) and file is not None and is_task_id(file["id"])
