"""Checks what a caller says of a batch it wants made; its rows are looked at later, all of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from plantain.faults import Fault, InvalidRequest
from plantain.inbox.file_kinds import BATCH_EXTENSIONS
from plantain.inbox.keys import is_own_upload_key
from plantain.validation import checked

MAX_ITEMS = 1000  # more go into a file, as does what is larger than a body may be


def _own(key: str, info: ValidationInfo) -> str:
    assert info.context is not None
    if not is_own_upload_key(key, info.context["caller"], BATCH_EXTENSIONS):
        raise PydanticCustomError("upload", "must be the key of a CSV or JSON Lines upload of yours")
    return key


class BatchRequest(BaseModel):
    """Many wishes at once: `items`, or the `key` of a file that holds them."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    items: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_ITEMS)] | None = None
    """The wishes: each as for one image, and an `id` of its own if you like (else the number of its row).
    More than 1000, or more than 256 KB, go into a file."""
    key: Annotated[str, AfterValidator(_own)] | None = None
    """An upload of yours, CSV (`text/csv`) or JSON Lines (`application/jsonl`): a row for each wish."""
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None
    """What makes the batch the same when it is started again: rows that have an image are then not made again.
    Without it, its content does."""


def check_batch_request(body: Mapping[str, Any], caller: str) -> BatchRequest:
    """The checked order. Raises InvalidRequest."""
    asked = checked(BatchRequest, body, {"caller": caller})
    if (asked.items is None) == (asked.key is None):
        raise InvalidRequest(Fault("", "Give either items or a key."))
    return asked
