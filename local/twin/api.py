"""The API origin: which path is answered by what, and the key that is asked for first."""

import hmac
import secrets
import time
from collections.abc import Callable

from local.twin import wire
from local.twin.admin import Admin
from local.twin.exchange import Answer, Request
from local.twin.jobs import Jobs
from local.twin.tasks import TaskStore
from local.twin.uploads import Uploads

LINK_SECONDS = 20 * 60


class Api:
    """Answers every request to the API origin."""

    def __init__(self, store: TaskStore, jobs: Jobs, uploads: Uploads, admin: Admin, files_url: str) -> None:
        self._store = store
        self._admin = admin
        self._files_url = files_url
        self._routes: dict[str, tuple[str, Callable[[Request], Answer]]] = {
            "/api/v1/jobs/createTask": ("POST", jobs.create),
            "/api/v1/jobs/recordInfo": ("GET", jobs.record_info),
            "/api/v1/chat/credit": ("GET", self._credit),
            "/api/v1/common/download-url": ("POST", self._download_url),
            "/api/file-base64-upload": ("POST", uploads.base64),
            "/api/file-stream-upload": ("POST", uploads.stream),
            "/api/file-url-upload": ("POST", uploads.url),
        }

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/_twin/"):
            return self._admin.answer(request)
        if request.path not in self._routes:
            return wire.spring_error(404, "Not Found", request.path)
        method, route = self._routes[request.path]
        if request.method != method:
            text = f"Request method '{request.method}' not supported"
            return wire.spring_error(405, "Method Not Allowed", request.path, text)
        if not self._key_is_right(request):
            if request.path.endswith("/createTask"):
                self._store.refuse("key")
            return wire.refused(401, wire.UNAUTHORIZED)
        return route(request)

    def _key_is_right(self, request: Request) -> bool:
        wanted = f"Bearer {self._store.settings.key}".encode()
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted)

    def _credit(self, _: Request) -> Answer:
        return wire.ok(self._store.ledger()["balance"])

    def _download_url(self, request: Request) -> Answer:
        url = request.fields().get("url")
        if not isinstance(url, str) or not url.startswith(f"{self._files_url}/"):
            return wire.refused(422, wire.URL_WRONG)
        with self._store.lock:
            if task := self._store.tasks.get(url.removeprefix(f"{self._files_url}/h/").partition("/")[0]):
                task.fresh_links += 1
        expires = int(time.time()) + LINK_SECONDS
        return wire.ok(f"{url.partition('?')[0]}?expires={expires}&token={secrets.token_hex(8)}")
