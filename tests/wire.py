"""The other side of a connection on loopback: it counts who comes, keeps what they asked, and may be rude."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

import httpcore
import trustme

Answer = Callable[[bytes], Iterable[bytes]]  # the head of a request in, pieces to send out


def http(status: int = 200, body: bytes = b"", **headers: object) -> Answer:
    """A well-formed answer; `content_length` and all others as they are given, None for none."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"content-length": len(body)} | given
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return lambda _: [f"HTTP/1.1 {status} As Told\r\n{head}\r\n".encode() + body]


def redirect(location: str) -> Answer:
    return http(302, location=location)


class Listener:
    """Gives its answers in turn (the last one for good), one on each connection. `heads`: what was asked."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.heads: list[bytes] = []
        self.names: list[str | None] = []  # which name each client asked for in TLS (SNI)
        self.stopping = threading.Event()
        self.answers = answers or (http(),)
        self._tls = tls
        if tls:
            tls.set_servername_callback(lambda _socket, name, _context: self.names.append(name))

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                answer = self.answers[min(self.connections, len(self.answers) - 1)]
                self.connections += 1
                self._threads.append(threading.Thread(target=self._serve, args=(connection, answer)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket, answer: Answer) -> None:
        connection.settimeout(5)
        with (
            suppress(OSError),
            connection,
            self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as stream,
        ):
            head = b""
            while b"\r\n\r\n" not in head and (received := stream.recv(65_536)):
                head += received
            self.heads.append(head)
            for piece in answer(head):
                stream.sendall(piece)

    def dripping(self, *pieces: bytes) -> Iterator[bytes]:
        """The pieces, each after a moment, until the listener stops."""
        for piece in pieces:
            if self.stopping.wait(0.02):
                return
            yield piece


class Detour(httpcore.NetworkBackend):
    """A network in which these addresses lead to listeners here, and all others nowhere. `asked` keeps which."""

    def __init__(self, listeners: dict[str, Listener]) -> None:
        self.asked: list[tuple[str, int]] = []
        self._listeners = listeners

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self.asked.append((host, port))
        if host not in self._listeners:
            raise httpcore.ConnectError("unreachable")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self._listeners[host].port, timeout)


class Names:
    """A resolver that gives each name its answers in turn (the last one for good). `asked` keeps every question.

    The answers are given by a host's first label.
    """

    def __init__(self, answers: dict[str, list[list[str]]] | None = None, **more: list[list[str]]) -> None:
        self.asked: list[str] = []
        self._answers = {**(answers or {}), **more}

    def tell(self, **answers: list[list[str]]) -> None:
        self._answers |= answers

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        answers = self._answers.get(host.partition(".")[0])
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return answers[min(self.asked.count(host), len(answers)) - 1]


def authority() -> trustme.CA:
    """A certificate authority nobody but this test believes."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


def believing(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


def showing(ca: trustme.CA, *names: str) -> ssl.SSLContext:
    """What a server of these names shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context
