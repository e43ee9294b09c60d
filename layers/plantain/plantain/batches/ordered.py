"""Where the rows of a batch lie that was ordered over HTTP, and what makes it the same batch another time."""

import json

from plantain.batches.request import BatchRequest, digest_of, rows_of
from plantain.faults import Fault, InvalidRequest
from plantain.inbox.bucket import Inbox
from plantain.inbox.keys import new_upload_key, pinned


def fingerprint_of(asked: BatchRequest) -> str:
    """The same for the same order."""
    return digest_of(json.dumps(asked.model_dump(), sort_keys=True).encode())


def ordered(asked: BatchRequest, caller: str, inbox: Inbox) -> tuple[str, str]:
    """The batch's name and its file in the inbox, pinned; items become a file. Raises InvalidRequest."""
    if asked.items is not None:
        content = rows_of(asked.items)
        reference = inbox.put(new_upload_key(caller, "application/jsonl"), content, "application/jsonl")
        return asked.name or digest_of(content), reference
    assert asked.key is not None
    found = inbox.find(asked.key)
    if found is None:
        raise InvalidRequest(Fault("/key", "has not been uploaded"))
    return asked.name or found.etag.strip('"'), pinned(found.key, found.version)
