"""One exchange with Kie.ai: bounded in bytes and time, and rid of our key where the answer quotes it."""

import time
from typing import Any

import httpx

MAX_SECONDS = 25
MAX_ANSWER_BYTES = 1_000_000  # an answer of Kie's has a few thousand

_TIMEOUT = httpx.Timeout(connect=5, read=20, write=10, pool=5)
# A kept connection may be dead by the time a frozen container wakes: the create would go out on it and its fate
# would be unknown. A fresh one for each call costs a handshake and removes that doubt.
_LIMITS = httpx.Limits(max_keepalive_connections=0)


class Exchange:
    """Of one of Kie.ai's origins.

    A key of fewer characters than `secret_length` stays where an answer has it: it may be a part of an id.
    """

    def __init__(
        self,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        *,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        secret_length: int = 0,
    ) -> None:
        self._max_answer_bytes = max_answer_bytes
        self._secret_length = secret_length
        self._http = httpx.Client(
            base_url=base_url, timeout=_TIMEOUT, limits=_LIMITS, transport=transport, trust_env=False
        )

    def send(
        self,
        method: str,
        path: str,
        key: str,
        *,
        headers: dict[str, str] | None = None,
        seconds: float = MAX_SECONDS,
        **content: Any,
    ) -> httpx.Response:
        """The answer, whatever it says. Raises httpx.TransportError.

        Once it answers, all of it has come after `seconds`: httpx's own timeout never fires on a slow drip.
        """
        sent = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity", **(headers or {})}
        deadline = time.monotonic() + seconds
        with self._http.stream(method, path, headers=sent, **content) as response:
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > self._max_answer_bytes or time.monotonic() > deadline:
                    raise httpx.ReadError("the answer does not end")
        if len(key) >= self._secret_length:
            body = body.replace(key.encode(), b"(key)")
        return httpx.Response(response.status_code, content=body)
