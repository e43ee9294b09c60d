"""Checks what a caller says of a file it is about to upload."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from plantain.inbox.file_kinds import BATCH_EXTENSIONS, MAX_BATCH_BYTES, MAX_UPLOAD_BYTES
from plantain.validation import Whole, checked


def _small_enough(size: int, info: ValidationInfo) -> int:
    if info.data.get("content_type") in BATCH_EXTENSIONS and size > MAX_BATCH_BYTES:
        raise PydanticCustomError("too_large", "must be at most {limit}", {"limit": MAX_BATCH_BYTES})
    return size


class UploadRequest(BaseModel):
    """One file to be uploaded: an image to work from, or the rows of a batch."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    content_type: Literal["image/png", "image/jpeg", "image/webp", "text/csv", "application/jsonl"]
    """What the file is. The last two hold the rows of a batch."""
    size: Annotated[
        int,
        Field(strict=True, ge=1, le=MAX_UPLOAD_BYTES),
        Whole,
        AfterValidator(_small_enough),
    ]
    """Exactly how many bytes it has; the rows of a batch at most 20 MB."""


def check_upload(body: dict[str, Any]) -> UploadRequest:
    """The checked announcement. Raises InvalidRequest."""
    return checked(UploadRequest, body)
