"""One child process that runs one Lambda function, call after call, until it crashes or is ended."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.aws.function import Function
from local.aws.runtime_api import Answer, Invocation, RuntimeApi

# Lambda gives the init phase 10 s; two busy cores starting many children at once may need longer.
INIT_SECONDS = 30.0
LOG_LIMIT = 1_000_000


@dataclass(frozen=True)
class Result:
    """How one invocation ended: `body` is what the handler returned, or Lambda's words for the failure."""

    body: Any
    failed: bool
    log: str


@dataclass(eq=False)
class Worker:
    """Use it from one event loop only. `on_ready` is called when the child has started,
    `on_end` when it has gone."""

    function: Function
    scratch: Path
    on_line: Callable[[str, str], None] | None
    on_ready: Callable[[], None]
    on_end: Callable[["Worker"], None]
    busy: bool = False
    ready: bool = False
    idle_since: float = 0.0
    _api: RuntimeApi = field(default_factory=RuntimeApi)
    _process: asyncio.subprocess.Process | None = None
    _exited: asyncio.Task[int] | None = None
    _log_fd: int = -1
    _log: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)

    async def run(self, invocation: Invocation) -> Result:
        """Start the child if this is its first call, and give it the event. Its faults are a Result too."""
        if self._exited is None and not await self.start():
            return self._init_failure(invocation)
        assert self._exited is not None
        deadline_ms = int((time.time() + invocation.timeout) * 1000)
        answer = self._api.give(invocation, deadline_ms)
        either: set[asyncio.Future[Any]] = {answer, self._exited}
        await asyncio.wait(either, timeout=invocation.timeout, return_when=asyncio.FIRST_COMPLETED)
        self._read_log()
        if answer.done():
            return self._result(answer.result())
        if self._exited.done():
            return self._failure(invocation, "Runtime.ExitError", _exit_words(self._exited.result()))
        await self.end()
        return self._failure(
            invocation, "Sandbox.Timedout", f"Task timed out after {invocation.timeout:.2f} seconds"
        )

    async def end(self) -> None:
        """Kill the child and whatever it started."""
        if self._exited is not None and not self._exited.done():
            assert self._process is not None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await asyncio.wait({self._exited})

    async def start(self) -> bool:
        """True when the child asks for its first event; False when its init failed, hung or crashed."""
        address = await self._api.open()
        self.scratch.mkdir(parents=True)
        self._log_fd, log_end = os.pipe()
        os.set_blocking(self._log_fd, False)
        asyncio.get_running_loop().add_reader(self._log_fd, self._read_log)
        environment = {
            **dict(self.function.environment),
            "AWS_LAMBDA_RUNTIME_API": address,
            "TMPDIR": str(self.scratch),
        }
        try:
            # A session of its own: Ctrl-C is ours to handle, and a kill reaches grandchildren.
            self._process = await asyncio.create_subprocess_exec(
                *self.function.command,
                env=environment,
                cwd=self.function.folder,
                start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log_end,
                stderr=log_end,
            )
        except OSError:
            os.close(self._log_fd)
            self._api.close()
            self.on_end(self)
            raise
        finally:
            os.close(log_end)
        self._exited = asyncio.create_task(self._watch(self._process))
        initialised = asyncio.create_task(self._api.initialised.wait())
        either: set[asyncio.Future[Any]] = {initialised, self._exited}
        await asyncio.wait(either, timeout=INIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        initialised.cancel()
        if self._api.initialised.is_set() and self._api.init_error is None and not self._exited.done():
            self.ready = True
            self.on_ready()
            return True
        await self.end()
        return False

    async def _watch(self, process: asyncio.subprocess.Process) -> int:
        code = await process.wait()
        self._read_log()
        asyncio.get_running_loop().remove_reader(self._log_fd)
        os.close(self._log_fd)
        self._log_fd = -1
        self._api.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.on_end(self)
        return code

    def _init_failure(self, invocation: Invocation) -> Result:
        if self._api.init_error is not None:
            return self._result(self._api.init_error)
        assert self._exited is not None
        return self._failure(invocation, "Runtime.ExitError", _exit_words(self._exited.result()))

    def _result(self, answer: Answer) -> Result:
        try:
            body = json.loads(answer.body or b"null")
        except ValueError:  # a handler may return bytes, which are passed on as they are
            body = answer.body.decode("utf-8", "replace")
        return Result(body, answer.failed, self._take_log())

    def _failure(self, invocation: Invocation, error: str, words: str) -> Result:
        body = {"errorType": error, "errorMessage": f"RequestId: {invocation.request_id} Error: {words}"}
        return Result(body, True, f"{self._take_log()}{body['errorMessage']}\n")

    def _read_log(self) -> None:
        """Take what the child has printed; called by the loop, and before an answer is passed on."""
        while self._log_fd >= 0:
            try:
                chunk = os.read(self._log_fd, 65536)
            except BlockingIOError:
                return
            if not chunk:
                asyncio.get_running_loop().remove_reader(self._log_fd)
                return
            if len(self._log) < LOG_LIMIT:
                self._log += chunk
            self._tell_lines(chunk)

    def _tell_lines(self, chunk: bytes) -> None:
        if self.on_line is None:
            return
        *lines, rest = (bytes(self._line) + chunk).split(b"\n")
        self._line = bytearray(rest)
        for line in lines:
            self.on_line(self.function.name, line.decode("utf-8", "replace").rstrip("\r"))

    def _take_log(self) -> str:
        text = self._log.decode("utf-8", "replace")
        self._log.clear()
        return text


def _exit_words(code: int) -> str:
    """Lambda's own words for a child that went away."""
    if code == 0:
        return "Runtime exited without providing a reason"
    signalled = signal.Signals(-code).name.removeprefix("SIG").lower() if code < 0 else ""
    return f"Runtime exited with error: {f'signal: {signalled}' if signalled else f'exit status {code}'}"
