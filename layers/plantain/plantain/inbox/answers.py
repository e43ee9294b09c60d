"""What the HTTP API answers of uploads; openapi.yaml is made of this."""

from typing import TypedDict

from plantain.formats import Moment, Url


class UploadPlace(TypedDict):
    """Where to put one image."""

    key: str
    """What to name in `imageInput` once the image is uploaded. It expires after 7 days."""
    uploadUrl: Url
    """PUT the image here: exactly as many bytes as announced."""
    headers: dict[str, str]
    """Send these headers with the PUT, as they are: they are signed."""
    uploadExpiresAt: Moment
    """Until when the PUT is taken, 15 minutes from now."""
