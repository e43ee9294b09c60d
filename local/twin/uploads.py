"""Kie's file upload API: three ways in, one kept file out, served from the files origin."""

import base64
import binascii
import mimetypes
import secrets
from collections import OrderedDict
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP

from local.twin import wire
from local.twin.exchange import Answer, Request, json_answer
from local.twin.inputs import CannotFetch, fetch_one
from local.twin.tasks import TaskStore

BASE64_LIMIT = 10 * 1024 * 1024
KEPT_BYTES = 256 * 1024 * 1024


class Uploads:
    """The files in memory, the oldest forgotten beyond 256 MB; the same name overwrites."""

    def __init__(self, store: TaskStore, files_url: str) -> None:
        self._store = store
        self._files_url = files_url
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def base64(self, request: Request) -> Answer:
        fields = request.fields()
        text = fields.get("base64Data")
        if not isinstance(text, str) or not text or not fields.get("uploadPath"):
            return wire.refused(400, wire.REQUIRED)
        try:
            data = base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
        except (binascii.Error, ValueError):
            return wire.refused(400, "Base64 format error")
        if len(data) > BASE64_LIMIT:
            return wire.refused(400, "File size exceeds limit")
        return self._kept(data, str(fields["uploadPath"]), str(fields.get("fileName") or ""))

    def url(self, request: Request) -> Answer:
        fields = request.fields()
        url = fields.get("fileUrl")
        if not isinstance(url, str) or not url or not fields.get("uploadPath"):
            return wire.refused(400, wire.REQUIRED)
        try:
            data = fetch_one(url, self._store.settings.allowed_hosts)
        except CannotFetch as error:
            return wire.refused(500, f"File download failed: {error}")
        return self._kept(data, str(fields["uploadPath"]), str(fields.get("fileName") or ""))

    def stream(self, request: Request) -> Answer:
        head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1", "replace")
        message = BytesParser(policy=HTTP).parsebytes(head + request.body)
        parts = {}
        for part in message.iter_parts() if message.is_multipart() else ():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            parts[str(name)] = (content if isinstance(content, bytes) else b"", part.get_filename() or "")
        data, own_name = parts.get("file", (b"", ""))
        path = parts.get("uploadPath", (b"", ""))[0].decode("utf-8", "replace")
        if not data or not path:
            return wire.refused(400, wire.REQUIRED)
        return self._kept(data, path, parts.get("fileName", (b"", ""))[0].decode("utf-8", "replace") or own_name)

    def get(self, path: str) -> tuple[bytes, str] | None:
        """The bytes and the content type of an uploaded file."""
        with self._store.lock:
            data = self._files.get(path)
        return None if data is None else (data, _type(path))

    def _kept(self, data: bytes, folder: str, name: str) -> Answer:
        name = "".join(c if c.isalnum() or c in "._-" else "-" for c in name) or f"{secrets.token_hex(8)}.png"
        folder = "/".join(
            "".join(c if c.isalnum() or c in "_-" else "-" for c in p) for p in folder.split("/") if p
        )
        path = f"{folder}/{name}"
        with self._store.lock:
            self._files[path] = data
            while sum(map(len, self._files.values())) > KEPT_BYTES and len(self._files) > 1:
                self._files.popitem(last=False)
        return json_answer(
            {
                "success": True,
                "code": 200,
                "msg": "File uploaded successfully",
                "data": {
                    "fileName": name,
                    "filePath": path,
                    "downloadUrl": f"{self._files_url}/kieai/{path}",
                    "fileSize": len(data),
                    "mimeType": _type(path),
                    "uploadedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                },
            }
        )


def _type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
