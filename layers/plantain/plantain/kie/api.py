"""The only module that knows Kie.ai's HTTP API: what to send, and what its answers mean.

The answers are read as recorded traffic shows them, not as the documentation says: a refusal is HTTP 200 with
the real code in the body, `costTime` is in seconds, `resultJson` is JSON in a string. Nothing here retries:
every answer becomes an id, an outcome or one of the errors, and the state machine decides.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx

from plantain.errors import KieKeyRejected, OutcomeUnknown, PlantainError, TryAgainLater
from plantain.job import Request
from plantain.kie import responses
from plantain.kie.api_key import kie_key, reread_kie_key
from plantain.kie.exchange import Exchange
from plantain.kie.param import Asked
from plantain.metrics import count_kie_error
from plantain.task import Outcome

SECRET_LENGTH = 20  # characters; answers hold ids, and a shorter key may be a part of one
MAX_CREDITS_SECONDS = 10  # somebody waits for it behind the HTTP API, which gives up after 30 s

_CREDITS_TIMEOUT = httpx.Timeout(5)
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
        self._exchange = Exchange(base_url, transport, secret_length=SECRET_LENGTH)
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
            lambda key: responses.created(self._create(body, key)),
        )

    def outcome_of(self, kie_task_id: str) -> Outcome:
        """How one task is doing. Raises TryAgainLater, KieKeyRejected, KieKeyMissing, UnexpectedAnswer."""
        return self._with_key(
            lambda key: responses.outcome(
                self._ask("GET", "/api/v1/jobs/recordInfo", key, params={"taskId": kie_task_id})
            ),
        )

    def asked_of(self, kie_task_id: str) -> Asked | None:
        """What a task was asked for; None if Kie does not know it (yet) or does not tell.

        Raises TryAgainLater, KieKeyRejected, KieKeyMissing.
        """
        return self._with_key(
            lambda key: responses.asked(
                self._ask("GET", "/api/v1/jobs/recordInfo", key, params={"taskId": kie_task_id})
            ),
        )

    def fresh_link(self, result_url: str) -> str | None:
        """A link to a result of Kie's that is good for 20 minutes; None if Kie has no such file (any more).

        Raises TryAgainLater, KieKeyRejected, KieKeyMissing.
        """
        return self._with_key(
            lambda key: responses.link(
                self._ask("POST", "/api/v1/common/download-url", key, json={"url": result_url})
            ),
        )

    def credits(self) -> float:
        """How many credits are left. Raises TryAgainLater, KieKeyRejected, KieKeyMissing."""
        limits = {"timeout": _CREDITS_TIMEOUT, "seconds": MAX_CREDITS_SECONDS}
        return self._with_key(
            lambda key: responses.credits(self._ask("GET", "/api/v1/chat/credit", key, **limits)),
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
            return self._exchange.send("POST", "/api/v1/jobs/createTask", key, json=body)
        except _NEVER_CONNECTED:
            raise TryAgainLater("Kie.ai could not be reached.", code="kie-unreachable") from None
        except httpx.TransportError as lost:
            raise OutcomeUnknown(f"The answer of Kie.ai was lost ({type(lost).__name__}).") from None

    def _ask(self, method: str, path: str, key: str, **content: Any) -> httpx.Response:
        """A question that costs nothing and may be asked again."""
        try:
            return self._exchange.send(method, path, key, **content)
        except httpx.TransportError as lost:
            raise TryAgainLater(
                f"Kie.ai did not answer ({type(lost).__name__}).", code="kie-unreachable"
            ) from None


@cache
def kie() -> Kie:
    """The client for the configured Kie.ai, made at first use."""
    return Kie(os.environ["KIE_BASE_URL"], key=kie_key, fresh_key=reread_kie_key)
