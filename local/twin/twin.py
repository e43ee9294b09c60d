"""The whole twin in one object: start it, ask its ledger, tell it what to play, stop it."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from local.twin.admin import Admin
from local.twin.api import Api
from local.twin.callbacks import Callbacks
from local.twin.cues import for_next
from local.twin.gallery import Gallery
from local.twin.inputs import CannotFetch, fetch_all
from local.twin.jobs import Jobs
from local.twin.results import Results
from local.twin.server import Origin
from local.twin.settings import Settings, changed
from local.twin.tasks import TaskStore
from local.twin.timeline import Task
from local.twin.uploads import Uploads


class Twin:
    """`with Twin(draw_seconds=0.0) as twin:` and then `twin.api_url`, `twin.files_url`, `twin.key`.

    `clock` gives seconds since the epoch; a test that owns the clock owns every wait of a task."""

    def __init__(
        self, *, port: int = 0, files_port: int = 0, clock: Callable[[], float] = time.time, **settings: Any
    ) -> None:
        self.store = TaskStore(Settings(**settings), clock)
        self._ports = port, files_port

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Raises OSError when a port is taken."""
        self._stopping = threading.Event()
        self._api = Origin(self._ports[0])
        try:
            self._files = Origin(self._ports[1])
        except OSError:
            self._api.server_close()
            raise
        self._gallery = Gallery()
        uploads = Uploads(self.store, self.files_url)
        jobs = Jobs(self.store, self.files_url, self._accepted)
        self._callbacks = Callbacks(self.store, jobs, self._stopping)
        self._api.answer = Api(
            self.store, jobs, uploads, Admin(self.store, self._gallery.forget), self.files_url
        ).answer
        self._files.answer = Results(self.store, uploads, self._gallery).answer
        self._api.start()
        self._files.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._api.stop()
        self._files.stop()

    @property
    def api_url(self) -> str:
        return self._api.url

    @property
    def files_url(self) -> str:
        return self._files.url

    @property
    def key(self) -> str:
        return self.store.settings.key

    def ledger(self) -> dict[str, Any]:
        return self.store.ledger()

    def next(self, script: str, times: int = 1) -> None:
        """What the next tasks play. Raises ValueError for a script that is not in the table."""
        self.store.play_next([for_next(script) for _ in range(times)])

    def set(self, **settings: Any) -> None:
        """By the camelCase names of `POST /_twin/settings`. Raises ValueError."""
        with self.store.lock:
            self.store.settings = changed(self.store.settings, settings)

    def reset(self) -> None:
        self.store.reset()
        self._gallery.forget()

    def _accepted(self, task: Task) -> None:
        if task.inputs is None:
            threading.Thread(target=self._fetch, args=(task,), daemon=True).start()
        if task.call_back_url:
            self._callbacks.watch(task)

    def _fetch(self, task: Task) -> None:
        try:
            images = fetch_all(task.wish["image_input"], self.store.settings.allowed_hosts)
        except CannotFetch:
            self.store.inputs_fetched(task, None)
        else:
            self.store.inputs_fetched(task, images)
