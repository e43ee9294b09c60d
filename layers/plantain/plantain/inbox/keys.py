"""Names of what people put into the inbox, and references to one version of it.

A version is pinned as S3 itself writes it, `inbox/a/photo.jpg?versionId=…`: overwriting or deleting the object
changes nothing for who has pinned it. No version id holds a `?`, so the last one divides.
"""

# Where the owner's own things lie. Below `uploads/` are those of single callers (inbox/upload_key.py).
FOLDERS = ("inbox/", "presets/")

_MARK = "?versionId="


def is_inbox_key(text: str) -> bool:
    """Whether this names a thing of the owner's, pinned or not, rather than a URL or an upload."""
    return text.startswith(FOLDERS)


def pinned(key: str, version: str) -> str:
    """A reference to this version and no other."""
    return f"{key}{_MARK}{version}"


def key_and_version(reference: str) -> tuple[str, str | None]:
    """What a reference names; the version is None where none is pinned."""
    key, mark, version = reference.rpartition(_MARK)
    return (key, version) if mark else (reference, None)
