"""Fetches a result from wherever Kie.ai put it: public https addresses only, no credentials, bounded in time.

Any public host may serve one: with a list of allowed hosts, the day Kie.ai moves its files would lose paid images.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from urllib.parse import quote, urljoin, urlsplit

import certifi
import httpcore

from plantain.errors import TryAgainLater, UnusableResult
from plantain.network.addresses import origin_of, refusal_of, refusal_of_answer, trusted_origins
from plantain.network.connections import STEP_SECONDS, CheckedAddresses, Within, deadline
from plantain.network.dns import Dns, dns
from plantain.version import VERSION

DEADLINE_SECONDS = 120.0  # from the first question of DNS to the last byte
MAX_REDIRECTS = 2
_LOOKUP_SECONDS = 5.0
_ASCII = bytes(range(128))
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = [
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
    ("User-Agent", f"plantain/{VERSION}"),
]


class Download:
    """An open answer whose bytes are still to be read. `declared_size` in bytes, None if not declared."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response
        length = _header(response, b"content-length")
        chunked = _header(response, b"transfer-encoding") is not None
        self.declared_size = int(length) if length is not None and not chunked else None

    def chunks(self) -> Iterator[bytes]:
        """The bytes as sent, in pieces. Raises TryAgainLater when they stop or come too slowly."""
        with _as_ours("The result broke off"):
            yield from self._response.iter_stream()


class Downloads:
    """Fetches from public https addresses and from the trusted origins (`scheme://host[:port]`).

    Each redirect is put through the same check, at most two of them.
    """

    def __init__(
        self,
        trusted: frozenset[str],
        dns: Dns,
        *,
        tls: ssl.SSLContext | None = None,
        network: httpcore.NetworkBackend | None = None,
        seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._trusted = trusted
        self._dns = dns
        self._tls = tls
        self._network = network or httpcore.SyncBackend()
        self._seconds = seconds

    @contextmanager
    def open(self, url: str, *, seconds: float = DEADLINE_SECONDS) -> Iterator[Download]:
        """The answer at `url`, its last byte within `seconds` and the own deadline.

        Raises UnusableResult (wrong place, gone) or TryAgainLater.
        """
        within = deadline(min(seconds, self._seconds))
        with ExitStack() as connection:
            for _ in range(MAX_REDIRECTS + 1):
                with _as_ours("The result could not be fetched"):
                    response = connection.enter_context(self._ask(url, within))
                location = _header(response, b"location")
                if response.status not in _REDIRECTS or location is None:
                    _check_status(response.status)
                    yield Download(response)
                    return
                url = _target(url, location)
        raise _refused("The result was redirected too often.")

    @contextmanager
    def _ask(self, url: str, within: Within) -> Iterator[httpcore.Response]:
        """The answer to one request, on a connection of its own that is closed afterwards."""
        addresses = self._checked_addresses(url, within)
        parts = urlsplit(url)
        host = parts.hostname or ""
        target = httpcore.URL(
            scheme=parts.scheme.encode(),
            host=host.encode(),
            port=parts.port,
            target=f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}".encode(),
        )
        headers = [("Host", origin_of(url).partition("://")[2]), *_HEADERS]
        tls = (self._tls or _certificates()) if parts.scheme == "https" else None
        network = CheckedAddresses(addresses, within, self._network)
        with (
            httpcore.ConnectionPool(tls, network_backend=network) as connection,
            connection.stream("GET", target, headers=headers, extensions={"timeout": STEP_SECONDS}) as response,
        ):
            yield response

    def _checked_addresses(self, url: str, within: Within) -> tuple[str, ...]:
        if refusal_of(url, self._trusted):
            raise _refused("The result lies at a place we do not fetch from.")
        host = urlsplit(url).hostname or ""
        addresses = self._dns.look_up([host], within(_LOOKUP_SECONDS)).get(host, ())
        if not addresses:
            raise TryAgainLater("The result's host could not be found.", code="result-unreachable")
        if origin_of(url) not in self._trusted and refusal_of_answer(addresses):
            raise _refused("The result's host leads to a place we do not fetch from.")
        return addresses


@contextmanager
def _as_ours(what: str) -> Iterator[None]:
    """The engine's errors as ours. Its texts are left out: they may hold what the other side has sent."""
    try:
        yield
    except httpcore.TimeoutException:
        raise TryAgainLater("The result came too slowly.", code="result-unreachable") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as broken:
        raise TryAgainLater(f"{what} ({type(broken).__name__}).", code="result-unreachable") from None


def _target(url: str, location: bytes) -> str:
    try:
        # Sent raw by some servers, although a URL has no other letters than ASCII's: meant are these bytes.
        return urljoin(url, quote(location, safe=_ASCII))
    except ValueError:
        raise _refused("The result was redirected to what is not a URL.") from None


def _check_status(status: int) -> None:
    if status in (404, 410):
        raise UnusableResult("The result is no longer there.", code="result-gone")
    if status != 200:
        raise TryAgainLater(f"The result was answered with HTTP {status}.", code="result-unreachable")


def _refused(text: str) -> UnusableResult:
    return UnusableResult(text, code="result-refused")


def _header(response: httpcore.Response, name: bytes) -> bytes | None:
    return next((value for found, value in response.headers if found.lower() == name), None)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we believe to be who they say. Read once, because that takes longer than most downloads."""
    return ssl.create_default_context(cafile=certifi.where())


@cache
def downloads() -> Downloads:
    """The configured trust and the system's resolver, made at first use."""
    return Downloads(trusted_origins(os.environ["TRUSTED_ORIGINS"]), dns())
