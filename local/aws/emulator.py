"""The embedded AWS: ministack in a thread of this process, mended, with Lambda under its official runtime."""

import asyncio
import http.client
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3

from local.aws.code_store import CodeStore
from local.aws.environment import ADMIN_KEY, ADMIN_SECRET, REGION, ProcessEnvironment, settings
from local.aws.mends import ALL, LambdaHost, Mend
from local.aws.pool import Pool
from local.aws.quiet import root_logger_untouched, silence

START_SECONDS = 20.0
STOP_SECONDS = 2.0


class EmbeddedAws:
    """AWS on loopback for as long as the `with` block lasts; one per process, because ministack is one.

    Policies are enforced: `client` and `session` act as the account's root, a Lambda as its own role.
    `wait_scale` shortens the waits and retry pauses of state machines. `workers` bounds the Lambda processes.
    `code_cache` keeps unpacked code from one start to the next.
    `log_lines(function name, line)` gets what Lambdas print, from another thread.

    `state_dir` keeps, from a clean stop to the next start: tables with items, buckets with objects, secrets,
    roles, functions, state machines with their ended executions, the HTTP API and the stack itself, which
    `deploy` then updates. It does not keep running executions: they stay RUNNING for ever. Nothing is written
    before the stop, so a killed process loses what it did, its objects in buckets apart.
    """

    _used = False

    def __init__(
        self,
        state_dir: Path | None = None,
        wait_scale: float = 1.0,
        log_lines: Callable[[str, str], None] | None = None,
        workers: int = 8,
        code_cache: Path | None = None,
        mends: Sequence[Mend] = ALL,
    ) -> None:
        self._state = state_dir
        self._wait_scale = wait_scale
        self._log_lines = log_lines
        self._worker_limit = workers
        self._code_cache = code_cache
        self._mends = mends
        self.endpoint = ""

    def prepare(self, *function_names: str) -> None:
        """Start Lambda children ahead of their first calls, in this order, in the background."""

        def prepare_all() -> None:
            for name in function_names:
                self._host.prepare(name)

        threading.Thread(target=prepare_all, daemon=True).start()

    def session(self) -> boto3.Session:
        """A session with root's keys. It cannot carry the endpoint: `client` and `resource` do."""
        return boto3.Session(ADMIN_KEY, ADMIN_SECRET, region_name=REGION)

    def client(self, service: str, **options: Any) -> Any:
        return self.session().client(service, endpoint_url=self.endpoint, **options)  # type: ignore[call-overload]

    def resource(self, service: str, **options: Any) -> Any:
        return self.session().resource(service, endpoint_url=self.endpoint, **options)  # type: ignore[call-overload]

    def __enter__(self) -> Self:
        if EmbeddedAws._used or "ministack.app" in sys.modules:
            raise RuntimeError("ministack cannot start twice in one process: this one has had its AWS")
        EmbeddedAws._used = True
        self._scratch = Path(tempfile.mkdtemp(prefix="plantain-aws-"))
        self._environment = ProcessEnvironment()
        try:
            self._start()
        except BaseException:
            self._clean_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Children first: whoever waits for one of them is answered, so the server can end at once.
        self._pool.close()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._server.join(STOP_SECONDS)
        self._clean_up()

    def _start(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        if self._state is not None:
            self._state.mkdir(parents=True, exist_ok=True)
        self._environment.set(settings(port, self._scratch, self._state, self._wait_scale))
        self._pool = Pool(self._worker_limit, self._scratch / "tmp", self._log_lines)
        self._host = host = LambdaHost(self._pool, CodeStore(self._scratch, self._code_cache), self.endpoint)
        with root_logger_untouched():
            from ministack.app import app

            for mend in self._mends:
                mend(host)
        self._log_handlers = silence(self._state / "ministack.log" if self._state else None)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._server = threading.Thread(target=self._serve, args=(app, listener), daemon=True)
        self._server.start()
        self._wait_until_healthy()

    def _serve(self, app: Any, listener: socket.socket) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        config = Config()
        config.bind = [f"fd://{listener.fileno()}"]
        config.accesslog = config.errorlog = None
        config.graceful_timeout = 0.5
        config.keep_alive_timeout = 60
        config.backlog = 1000
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(serve(app, config, shutdown_trigger=self._stop.wait))
        self._loop.close()

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._server.is_alive():
            try:
                connection = http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=1)
                connection.request("GET", "/_ministack/health")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.02)
            finally:
                connection.close()
        raise RuntimeError("the embedded AWS did not become healthy")

    def _clean_up(self) -> None:
        for handler in getattr(self, "_log_handlers", []):
            handler.close()
        self._environment.restore()
        shutil.rmtree(self._scratch, ignore_errors=True)
