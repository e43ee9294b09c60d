"""The files origin: result pictures, drawn at the first download, and uploaded files."""

import re
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from local.twin import wire
from local.twin.cues import Cue
from local.twin.exchange import Answer, Request
from local.twin.gallery import Gallery
from local.twin.jobs import FOREIGN_URL
from local.twin.tasks import TaskStore
from local.twin.uploads import Uploads

_RESULT = re.compile(r"/h/([0-9a-f]{32})/([1-9])\.(png|jpg)")
_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script>'
    b'<rect width="64" height="64"/></svg>'
)
_PAGE = b"\n<html><script>alert(1)</script></html>"
_PIXELS = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0" + bytes(64)
_GONE = b"<html><body><h1>The file has expired</h1></body></html>"


def _open(picture: Answer) -> bytes:
    """The picture's beginning, in such a way that whatever follows still belongs to it."""
    if picture.content_type == "image/jpeg":
        return picture.body[:-2]
    return picture.body[:33] + b"\x7f\xff\xff\xffIDAT"


@cache
def _bomb() -> bytes:
    return zlib.compress(bytes(50_000_000), wbits=31)


PICTURE_FAULTS: dict[str, Callable[[Answer], Answer]] = {
    "file-html": lambda _: wire.edge_page(200),
    "file-svg": lambda _: Answer(body=_SVG, content_type="image/svg+xml"),
    "file-empty": lambda picture: replace(picture, body=b""),
    "file-truncated": lambda picture: replace(picture, body=picture.body[: len(picture.body) // 2]),
    "file-drop": lambda picture: replace(picture, manner="cut"),
    "file-huge": lambda picture: replace(picture, body=_open(picture), manner="endless"),
    "file-claims-huge": lambda picture: replace(picture, manner="endless", claims=10_000_000_000),
    "file-drip": lambda picture: replace(picture, manner="drip"),
    "file-403": lambda _: Answer(403, _GONE, "text/html"),
    "file-404": lambda _: Answer(404, _GONE, "text/html"),
    "file-410": lambda _: Answer(410, _GONE, "text/html"),
    "file-502": lambda _: wire.edge_page(),
    "file-redirect-foreign": lambda _: Answer(302, headers=(("Location", FOREIGN_URL),)),
    "file-expired": lambda _: Answer(404, _GONE, "text/html"),
    "file-redirect-ever": lambda _: Answer(302, headers=(("Location", "?again=1"),)),
    "file-redirect-loopback": lambda _: Answer(302, headers=(("Location", "https://0x7f.1/picture.png"),)),
    "file-polyglot": lambda picture: replace(picture, body=picture.body + _PAGE),
    "file-pixels": lambda picture: replace(picture, body=_PIXELS),
    "file-gzip": lambda picture: replace(picture, body=_bomb(), headers=(("Content-Encoding", "gzip"),)),
    "file-type": lambda picture: replace(picture, content_type="text/plain"),
    "file-chunked": lambda picture: replace(picture, manner="chunked"),
}


class Results:
    """Answers every request to the files origin."""

    def __init__(self, store: TaskStore, uploads: Uploads, gallery: Gallery) -> None:
        self._store = store
        self._uploads = uploads
        self._gallery = gallery

    def answer(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return Answer(405)
        expires = request.query("expires")
        if expires and (not expires.isdecimal() or int(expires) < time.time()):
            return Answer(403, _GONE, "text/html")
        if request.path.startswith("/kieai/"):
            found = self._uploads.get(request.path.removeprefix("/kieai/"))
            return Answer(body=found[0], content_type=found[1]) if found else Answer(404, _GONE, "text/html")
        return self._result(request)

    def _result(self, request: Request) -> Answer:
        match = _RESULT.fullmatch(request.path)
        with self._store.lock:
            task = self._store.tasks.get(match[1]) if match else None
            if not match or not task or match[3] != task.output_format or int(match[2]) > task.pictures:
                return Answer(404, _GONE, "text/html")
            now = self._store.clock()
            if task.at(now).state != "success":
                return Answer(404, _GONE, "text/html")
            task.downloads += 1
            cue = task.score.play("file", now) if not request.query("moved") else None
        if cue and cue.name == "file-expired" and request.query("token"):
            cue = None
        if cue and cue.name == "file-redirect":
            return Answer(302, headers=(("Location", f"{request.path}?moved=1"),))
        picture = Answer(body=self._gallery.picture(task, int(match[2])), content_type=_TYPES[match[3]])
        return _faulty(picture, cue)


def _faulty(picture: Answer, cue: Cue | None) -> Answer:
    if cue is None:
        return picture
    if cue.name == "file-slow":
        return replace(picture, delay=cue.seconds)
    return PICTURE_FAULTS[cue.name](picture)
