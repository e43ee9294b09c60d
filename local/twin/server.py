"""Sockets: reads a request, has it answered, and sends the answer in its manner, however rude."""

import contextlib
import itertools
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override

from local.twin.exchange import Answer, Request

BODY_LIMIT = 64 * 1024 * 1024
DRIP_SECONDS = 0.2  # between two bytes
_NOISE = bytes(range(256)) * 256


class Origin(ThreadingHTTPServer):
    """One origin on 127.0.0.1. `stop` ends it at once, whatever its connections are doing."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer: Callable[[Request], Answer] = lambda _: Answer(503)
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    @override
    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error; anything else is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it was closed already
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Origin

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            self._send(Answer(413))
            self.close_connection = True
            return
        self._send(self.server.answer(request))

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _serve  # noqa: N815 (http.server's names)

    def _read(self) -> Request | None:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_LIMIT or self.headers.get("transfer-encoding"):
            return None
        body = self.rfile.read(int(length))
        return Request(
            self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body
        )

    def _send(self, answer: Answer) -> None:
        if answer.delay and self.server.stopping.wait(answer.delay):
            self.close_connection = True
            return
        if answer.manner == "dropped":
            self.close_connection = True
            _hang_up(self.connection)
            return
        chunked = answer.manner in ("chunked", "endless") and answer.claims is None
        self._head(answer, chunked)
        if self.command != "HEAD":
            for piece in self._pieces(answer):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked and not self.server.stopping.is_set():
                self.wfile.write(b"0\r\n\r\n")
        if answer.manner == "cut" or self.server.stopping.is_set():
            self.close_connection = True
            _hang_up(self.connection)

    def _head(self, answer: Answer, chunked: bool) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(answer.body) if answer.claims is None else answer.claims))
        self.end_headers()

    def _pieces(self, answer: Answer) -> Iterator[bytes]:
        body = answer.body
        if answer.manner == "cut":
            yield body[: len(body) // 2]
        elif answer.manner == "drip":
            for byte in body:
                if self.server.stopping.wait(DRIP_SECONDS):
                    return
                yield bytes([byte])
        elif answer.manner == "endless":
            yield from itertools.takewhile(
                lambda _: not self.server.stopping.is_set(), itertools.chain([body], itertools.repeat(_NOISE))
            )
        elif body:
            yield body

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the ledger tells what happened."""
