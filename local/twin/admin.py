"""The calls under /_twin/, for tests and for people trying things; they need no key."""

from collections.abc import Callable

from local.twin.cues import for_next
from local.twin.exchange import Answer, Request, json_answer
from local.twin.scripts import SCRIPTS
from local.twin.settings import camel, changed
from local.twin.tasks import TaskStore


class Admin:
    """`on_reset` is called beside the store's own reset."""

    def __init__(self, store: TaskStore, on_reset: Callable[[], None]) -> None:
        self._store = store
        self._on_reset = on_reset

    def answer(self, request: Request) -> Answer:
        routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "ledger"): lambda _: json_answer(self._store.ledger()),
            ("GET", "scripts"): lambda _: json_answer({s.name: s.does for s in SCRIPTS.values()}),
            ("POST", "next"): self._next,
            ("POST", "reset"): self._reset,
            ("POST", "settings"): self._settings,
        }
        route = routes.get((request.method, request.path.removeprefix("/_twin/")))
        if route is None:
            return _wrong(f"there are {', '.join(f'{method} /_twin/{name}' for method, name in routes)}", 404)
        try:
            return route(request)
        except ValueError as error:
            return _wrong(str(error), 400)

    def _next(self, request: Request) -> Answer:
        fields = request.fields()
        times = fields.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 10_000:
            raise ValueError("times is a number from 1 to 10000")
        self._store.play_next([for_next(str(fields.get("script", ""))) for _ in range(times)])
        return json_answer({"ok": True})

    def _reset(self, _: Request) -> Answer:
        self._store.reset()
        self._on_reset()
        return json_answer({"ok": True})

    def _settings(self, request: Request) -> Answer:
        with self._store.lock:
            self._store.settings = changed(self._store.settings, request.fields())
            now = self._store.settings
        return json_answer({camel(name): getattr(now, name) for name in now.__dataclass_fields__})


def _wrong(text: str, status: int) -> Answer:
    return json_answer({"error": text}, status)
