"""Hands in an image to work from, or the rows of a batch: a presigned PUT, for which Plantain is asked first."""

import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from plantain_client.asking import again, ask
from plantain_client.errors import StorageRefused, UnusableFile, UnusableRows
from plantain_client.exchange import Answer, Operation, Send, sent
from plantain_client.fields import headers, link, name

MAX_BYTES = 30_000_000
MAX_ROWS_BYTES = 20_000_000

_ROWS = {".csv": "text/csv", ".jsonl": "application/jsonl"}

_STORAGE_CODE = re.compile(rb"<Code>(\w{1,60})</Code>")


def upload(path: str | PathLike[str] | bytes) -> Operation[str]:
    """Upload an image (PNG, JPEG or WebP by its bytes, up to 30 MB); the answer is its key for `image_input`.

    It is kept for 7 days. Raises OSError, UnusableFile, StorageRefused, ApiError, TransportFailed, NotPlantain.
    """
    data = path if isinstance(path, bytes) else _read(Path(path))
    return (yield from _uploaded(data, content_type_of(data)))


def upload_rows(path: str | PathLike[str]) -> Operation[str]:
    """Upload the rows of a batch, CSV or JSON Lines by the file's name, up to 20 MB; the answer is the file's key.

    Raises OSError, UnusableRows, StorageRefused, ApiError, TransportFailed, NotPlantain.
    """
    path = Path(path)
    kind = _ROWS.get(path.suffix.lower())
    if kind is None:
        raise UnusableRows(f"{path}: The name of a file of rows ends in .csv or .jsonl.")
    with path.open("rb") as file:
        data = file.read(MAX_ROWS_BYTES + 1)
    if not data:
        raise UnusableRows(f"{path}: The file is empty.")
    if len(data) > MAX_ROWS_BYTES:
        raise UnusableRows(f"{path}: The file is too large: up to {MAX_ROWS_BYTES // 1_000_000} MB are taken.")
    return (yield from _uploaded(data, kind))


def _uploaded(data: bytes, content_type: str) -> Operation[str]:
    wanted = {"contentType": content_type, "size": len(data)}
    reply = yield from ask(
        Send("POST", "/api/uploads", json=wanted), lambda document: (name(document["key"]), _put(document, data))
    )
    key, put = reply.said

    def attempt() -> Operation[str]:
        answer = yield from sent(put)
        if answer.status // 100 == 2:
            return key
        raise refusal("the upload", answer)

    return (yield from again(attempt))


def handed_in(sources: Sequence[str | PathLike[str]]) -> Operation[list[str]]:
    """Addresses and keys as they are, files by the keys of their uploads."""
    inputs: list[str] = []
    for source in sources:
        key = source if isinstance(source, str) else (yield from upload(source))
        inputs.append(key)
    return inputs


def content_type_of(data: bytes) -> str:
    """The type of an image by its first bytes. Raises UnusableFile."""
    if not data:
        raise UnusableFile("The file is empty.")
    if len(data) > MAX_BYTES:
        raise UnusableFile(f"The file is too large: up to {MAX_BYTES // 1_000_000} MB can be uploaded.")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    raise UnusableFile("The file is no PNG, JPEG or WebP image.")


def refusal(what: str, answer: Answer) -> StorageRefused:
    """What S3 said, by its own code."""
    code = _STORAGE_CODE.search(answer.content)
    return StorageRefused(what, answer.status, code[1].decode() if code else "")


def _read(path: Path) -> bytes:
    """The file, if it can be one to upload: no more of it than one byte too many is read."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        content_type_of(data)
    except UnusableFile as error:
        raise UnusableFile(f"{path}: {error}") from None
    return data


def _put(document: dict[str, Any], data: bytes) -> Send:
    url, declared = link(document["uploadUrl"]), headers(document["headers"])
    return Send("PUT", url, headers=declared, content=data, keyed=False)
