"""Where the rows of a batch lie that was ordered over HTTP, and what makes it the same batch another time."""

import hashlib
import json

from plantain.batches.request import BatchRequest
from plantain.faults import Fault, InvalidRequest
from plantain.inbox.bucket import inbox
from plantain.inbox.keys import new_upload_key


def fingerprint_of(asked: BatchRequest) -> str:
    """The same for the same order."""
    return _digest(json.dumps(asked.model_dump(), sort_keys=True).encode())


def ordered(asked: BatchRequest, caller: str) -> tuple[str, str]:
    """The batch's name and its file in the inbox, pinned; items become a file. Raises InvalidRequest."""
    if asked.items is not None:
        content = b"".join(json.dumps(item).encode() + b"\n" for item in asked.items)
        reference = inbox().put(new_upload_key(caller, "application/jsonl"), content, "application/jsonl")
        return asked.name or _digest(content), reference
    assert asked.key is not None
    found = inbox().find(asked.key)
    if found is None:
        raise InvalidRequest(Fault("/key", "has not been uploaded"))
    return asked.name or found.etag.strip('"'), found.reference


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
