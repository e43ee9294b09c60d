"""Checks what a caller says of an image it is about to upload."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from plantain.upload_key import MAX_UPLOAD_BYTES
from plantain.validation import checked


def _whole(size: Any) -> Any:
    """JSON has one kind of number: 5.0 is 5."""
    return int(size) if isinstance(size, float) and size.is_integer() else size


class UploadRequest(BaseModel):
    """One image to be uploaded."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    content_type: Literal["image/png", "image/jpeg", "image/webp"]
    """What the image is."""
    size: Annotated[int, Field(strict=True, ge=1, le=MAX_UPLOAD_BYTES), BeforeValidator(_whole)]
    """Exactly how many bytes it has."""


def check_upload(body: dict[str, Any]) -> UploadRequest:
    """The checked announcement. Raises InvalidRequest."""
    return checked(UploadRequest, body)
