"""Which kinds of files people may give: images and lists of wishes, by content type and ending, and how large."""

from collections.abc import Mapping
from types import MappingProxyType

# What Kie.ai takes as input, and of one image at the most (mid-2026).
IMAGE_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
)
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")  # of files that people name
MAX_UPLOAD_BYTES = 30_000_000

# What holds the rows of a batch.
BATCH_EXTENSIONS: Mapping[str, str] = MappingProxyType({"text/csv": "csv", "application/jsonl": "jsonl"})
BATCH_ENDINGS = tuple(f".{extension}" for extension in BATCH_EXTENSIONS.values())
MAX_BATCH_BYTES = 20_000_000
