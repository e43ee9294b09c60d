"""Fetches a result from where Kie.ai put it: allowed origins only, no credentials, bounded in bytes and time."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpx

from plantain.addresses import origin_of
from plantain.errors import TryAgainLater, UnusableResult

DEADLINE_SECONDS = 120.0

_TIMEOUT = httpx.Timeout(connect=5, read=15, write=10, pool=5)
_LIMITS = httpx.Limits(max_keepalive_connections=0)  # a kept one may be dead when the container wakes


class Download:
    """An open answer whose bytes are still to be read. `declared_size` in bytes, None if not declared."""

    def __init__(self, response: httpx.Response, deadline: float) -> None:
        self._response = response
        self._deadline = deadline
        length = response.headers.get("content-length", "")
        self.declared_size = int(length) if length.isdecimal() else None

    def chunks(self) -> Iterator[bytes]:
        """The bytes as sent, in pieces. Raises TryAgainLater when they stop coming or come too slowly."""
        try:
            # As they come: httpx's own timeout starts anew with every byte, and filling up a chunk of a given
            # size would hide a slow drip from our deadline.
            for chunk in self._response.iter_raw():
                if time.monotonic() > self._deadline:
                    raise TryAgainLater("The result came too slowly.", code="result-unreachable")
                yield chunk
        except httpx.TransportError as broken:
            raise TryAgainLater(
                f"The result broke off ({type(broken).__name__}).", code="result-unreachable"
            ) from None


class Downloads:
    """Fetches from the allowed origins (`scheme://host[:port]`) and no others; follows no redirect."""

    def __init__(self, origins: frozenset[str], transport: httpx.BaseTransport | None = None) -> None:
        self._origins = origins
        self._http = httpx.Client(timeout=_TIMEOUT, limits=_LIMITS, transport=transport, trust_env=False)

    @contextmanager
    def open(self, url: str) -> Iterator[Download]:
        """The answer at `url`. Raises UnusableResult (wrong place, gone) or TryAgainLater."""
        self._check(url)
        deadline = time.monotonic() + DEADLINE_SECONDS
        try:
            with self._http.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
                self._check_status(response.status_code)
                yield Download(response, deadline)
        except httpx.TransportError as broken:
            raise TryAgainLater(
                f"The result could not be fetched ({type(broken).__name__}).", code="result-unreachable"
            ) from None

    def _check(self, url: str) -> None:
        try:
            allowed = origin_of(url) in self._origins
        except ValueError:
            allowed = False
        if not allowed:
            raise UnusableResult("The result lies at a place we do not fetch from.", code="result-refused")

    def _check_status(self, status: int) -> None:
        if status in (404, 410):
            raise UnusableResult("The result is no longer there.", code="result-gone")
        if 300 <= status < 400:
            raise UnusableResult("The result leads elsewhere.", code="result-refused")
        if status != 200:
            raise TryAgainLater(f"The result was answered with HTTP {status}.", code="result-unreachable")


@cache
def downloads() -> Downloads:
    """The configured origins, read at first use."""
    return Downloads(frozenset(filter(None, os.environ["RESULT_ORIGINS"].split(","))))
