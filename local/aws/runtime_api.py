"""The Lambda Runtime API for one child process: hands it invocations and takes its answers.

The official client `awslambdaric` speaks to it as it does in Lambda; the four paths and their headers are
those of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Invocation:
    """One event for one function. `timeout` in seconds, `deadline_ms` since the epoch."""

    request_id: str
    event: bytes
    function_arn: str
    timeout: float
    trace_id: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the child sent back: the JSON it returned, or the JSON of the exception it raised."""

    body: bytes
    failed: bool


class RuntimeApi:
    """One loopback listener for one child, so that a connection's port says who is calling."""

    def __init__(self) -> None:
        self.initialised = asyncio.Event()
        self.init_error: Answer | None = None
        self._inbox: asyncio.Queue[tuple[Invocation, int]] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Listen and return the address for AWS_LAMBDA_RUNTIME_API, as host:port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()

    def give(self, invocation: Invocation, deadline_ms: int) -> asyncio.Future[Answer]:
        """Queue an invocation for the child and return the place where its answer will appear."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers = {invocation.request_id: answer}
        self._inbox.put_nowait((invocation, deadline_ms))
        return answer

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while True:
                    await self._exchange(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        _method, path, _version = head[0].split(" ", 2)
        fields = [line.partition(":") for line in head[1:]]
        headers = {name.lower(): value.strip() for name, _, value in fields}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        if path == f"{PREFIX}/invocation/next":
            self.initialised.set()
            invocation, deadline_ms = await self._inbox.get()
            _write(
                writer,
                "200 OK",
                invocation.event,
                {
                    "Content-Type": "application/json",
                    "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                    "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                    **({"Lambda-Runtime-Trace-Id": invocation.trace_id} if invocation.trace_id else {}),
                },
            )
        else:
            accepted = self._accept(path, body)
            _write(writer, "202 Accepted" if accepted else "404 Not Found", b'{"status":"OK"}', {})
        await writer.drain()

    def _accept(self, path: str, body: bytes) -> bool:
        if path == f"{PREFIX}/init/error":
            self.init_error = Answer(body, failed=True)
            self.initialised.set()
            return True
        request_id, _, kind = path.removeprefix(f"{PREFIX}/invocation/").partition("/")
        answer = self._answers.pop(request_id, None)
        if answer is None or kind not in ("response", "error"):
            return False
        if not answer.done():
            answer.set_result(Answer(body, failed=kind == "error"))
        return True


def _write(writer: asyncio.StreamWriter, status: str, body: bytes, headers: Mapping[str, str]) -> None:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
