"""Which files are taken as an upload, and how large they may be."""

from collections.abc import Mapping
from types import MappingProxyType

# What Kie.ai takes as input, and of one image at the most (mid-2026).
IMAGE_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
)
MAX_UPLOAD_BYTES = 30_000_000

# What holds the rows of a batch.
BATCH_EXTENSIONS: Mapping[str, str] = MappingProxyType({"text/csv": "csv", "application/jsonl": "jsonl"})
MAX_BATCH_BYTES = 20_000_000
