"""A Plantain on a real socket of this machine, for the command: it answers by route, as a test has told it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.client.service import ESTIMATED, PICTURE, TASK_ID, job, success

GENERATE, STATUS, IMAGE = "POST /api/images/generate", "GET /api/images/status", f"GET /api/images/{TASK_ID}/image"
ESTIMATE = "POST /api/images/estimate"
HEALTH, ACCOUNT, LIST, UPLOADS = "GET /api/health", "GET /api/account", "GET /api/images", "POST /api/uploads"


@dataclass(frozen=True)
class Said:
    """An answer: JSON, or bytes as they are."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stub:
    """`answers` by route: one, or several in turn, the last one for good."""

    url: str
    answers: dict[str, list[Said]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def says(self, route: str, *answers: Said) -> None:
        self.answers[route] = list(answers)

    def bodies(self, route: str) -> list[Any]:
        return [json.loads(body) for asked, _, body in self.heard if asked == route]

    def answer(self, route: str) -> Said:
        said = self.answers.get(route, [Said(404, {"message": "Not Found"})])
        return said.pop(0) if len(said) > 1 else said[0]

    def goes_well(self) -> None:
        """Everything is as it should be."""
        link = f"{self.url}/signed/1.png?X-Amz-Signature=s"
        self.says(HEALTH, Said(200, {"version": "0.1.0", "kieKeyConfigured": True}))
        self.says(ESTIMATE, Said(200, ESTIMATED | {"budgets": []}))
        self.says(GENERATE, Said(202, {"taskId": TASK_ID, "state": "pending"}, {"Retry-After": "0"}))
        self.says(STATUS, Said(200, job(), {"Retry-After": "0"}), Said(200, success()))
        self.says(IMAGE, Said(302, b"", {"Location": link}))
        self.says("GET /signed/1.png", Said(200, PICTURE))
        self.says(LIST, Said(200, {"jobs": [success(prompt="a\tb\x1b[31m [b]"), job()], "cursor": None}))
        place = {"key": "uploads/me/1.png", "uploadUrl": f"{self.url}/signed/in?s=1", "headers": {}}
        self.says(UPLOADS, Said(201, place))
        self.says("PUT /signed/in", Said(200, b""))


@contextmanager
def stub_on_loopback() -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            route = f"{self.command} {self.path.partition('?')[0]}"
            stub.heard.append((route, {name.lower(): value for name, value in self.headers.items()}, body))
            said = stub.answer(route)
            content = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(content)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub = Stub(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
