"""The only module that knows Kie.ai's HTTP API: what to send, and what its answers mean.

The answers are read as recorded traffic shows them, not as the documentation says: a refusal is HTTP 200 with
the real code in the body, `costTime` is in seconds, `resultJson` is JSON in a string. Nothing here retries:
every answer becomes an id, an outcome or one of the errors, and the state machine decides.
"""

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx

from plantain.errors import KieKeyRejected, OutcomeUnknown, PlantainError, TryAgainLater
from plantain.job import Request
from plantain.kie import responses as kie_answers
from plantain.kie.api_key import kie_key, reread_kie_key
from plantain.kie.param import Asked
from plantain.metrics import count_kie_error
from plantain.task import Outcome

MAX_ANSWER_BYTES = 1_000_000  # an answer of Kie's has a few thousand
MAX_ANSWER_SECONDS = 25
SECRET_LENGTH = 20  # characters; what is shorter and stands in an answer may well be a part of an id
MAX_CREDITS_SECONDS = 10  # somebody waits for it behind the HTTP API, which gives up after 30 s

_TIMEOUT = httpx.Timeout(connect=5, read=20, write=10, pool=5)
_CREDITS_TIMEOUT = httpx.Timeout(5)
# A kept connection may be dead by the time a frozen container wakes: the create would go out on it and its fate
# would be unknown. A fresh one for each call costs a handshake and removes that doubt.
_LIMITS = httpx.Limits(max_keepalive_connections=0)
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Kie:
    """Kie.ai's jobs API. `key` gives the API key, `fresh_key` reads it anew after a 401."""

    def __init__(
        self,
        base_url: str,
        *,
        key: Callable[[], str],
        fresh_key: Callable[[], str],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url, timeout=_TIMEOUT, limits=_LIMITS, transport=transport, trust_env=False
        )
        self._key = key
        self._fresh_key = fresh_key

    def require_key(self) -> None:
        """Raises KieKeyMissing or TryAgainLater while nothing has been sent yet."""
        self._key()

    def create_task(self, request: Request, callback_url: str | None = None) -> str:
        """Ask Kie to draw; returns Kie's task id. This is the call that costs money.

        Kie posts to `callback_url` when the task is over.

        Raises TryAgainLater where Kie certainly did not accept, Refused (KieKeyRejected), KieKeyMissing, and
        OutcomeUnknown wherever it may have accepted: never call again after that.
        """
        body = {
            "model": request.model,
            # Left out rather than empty: Kie takes the field as it stands.
            **({"callBackUrl": callback_url} if callback_url else {}),
            "input": {
                "prompt": request.prompt,
                "image_input": list(request.image_input),
                "aspect_ratio": request.aspect_ratio,
                "resolution": request.resolution,
                "output_format": request.output_format,
            },
        }
        return self._with_key(
            lambda key: kie_answers.created(self._create(body, key)),
        )

    def outcome_of(self, kie_task_id: str) -> Outcome:
        """How one task is doing. Raises TryAgainLater, KieKeyRejected, KieKeyMissing, UnexpectedAnswer."""
        return self._with_key(
            lambda key: kie_answers.outcome(
                self._ask("GET", "/api/v1/jobs/recordInfo", key, params={"taskId": kie_task_id})
            ),
        )

    def asked_of(self, kie_task_id: str) -> Asked | None:
        """What a task was asked for; None if Kie does not know it (yet) or does not tell.

        Raises TryAgainLater, KieKeyRejected, KieKeyMissing.
        """
        return self._with_key(
            lambda key: kie_answers.asked(
                self._ask("GET", "/api/v1/jobs/recordInfo", key, params={"taskId": kie_task_id})
            ),
        )

    def fresh_link(self, result_url: str) -> str | None:
        """A link to a result of Kie's that is good for 20 minutes; None if Kie has no such file (any more).

        Raises TryAgainLater, KieKeyRejected, KieKeyMissing.
        """
        return self._with_key(
            lambda key: kie_answers.link(
                self._ask("POST", "/api/v1/common/download-url", key, json={"url": result_url})
            ),
        )

    def credits(self) -> float:
        """How many credits are left. Raises TryAgainLater, KieKeyRejected, KieKeyMissing."""
        limits = {"timeout": _CREDITS_TIMEOUT, "seconds": MAX_CREDITS_SECONDS}
        return self._with_key(
            lambda key: kie_answers.credits(self._ask("GET", "/api/v1/chat/credit", key, **limits)),
        )

    def _with_key[T](self, call: Callable[[str], T]) -> T:
        """A rejected key may just have been replaced: read it once more, and only ask again if it has changed."""
        key = self._key()
        try:
            try:
                return call(key)
            except KieKeyRejected:
                fresh = self._fresh_key()
                if fresh == key:
                    raise
                return call(fresh)
        except PlantainError as error:
            count_kie_error(error.code)
            raise

    def _create(self, body: dict[str, Any], key: str) -> httpx.Response:
        try:
            return self._send("POST", "/api/v1/jobs/createTask", key, json=body)
        except _NEVER_CONNECTED:
            raise TryAgainLater("Kie.ai could not be reached.", code="kie-unreachable") from None
        except httpx.TransportError as lost:
            raise OutcomeUnknown(f"The answer of Kie.ai was lost ({type(lost).__name__}).") from None

    def _ask(self, method: str, path: str, key: str, **content: Any) -> httpx.Response:
        """A question that costs nothing and may be asked again."""
        try:
            return self._send(method, path, key, **content)
        except httpx.TransportError as lost:
            raise TryAgainLater(
                f"Kie.ai did not answer ({type(lost).__name__}).", code="kie-unreachable"
            ) from None

    def _send(
        self, method: str, path: str, key: str, *, seconds: float = MAX_ANSWER_SECONDS, **content: Any
    ) -> httpx.Response:
        """One exchange. Its body is bounded in bytes and time: httpx's own timeout never fires on a slow drip."""
        headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
        deadline = time.monotonic() + seconds
        with self._http.stream(method, path, headers=headers, **content) as response:
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    raise httpx.ReadError("the answer does not end")
        # Kie may quote our key, and what it says is kept and shown.
        if len(key) >= SECRET_LENGTH:
            body = body.replace(key.encode(), b"(key)")
        return httpx.Response(response.status_code, content=body)


@cache
def kie() -> Kie:
    """The client for the configured Kie.ai, made at first use."""
    return Kie(os.environ["KIE_BASE_URL"], key=kie_key, fresh_key=reread_kie_key)
