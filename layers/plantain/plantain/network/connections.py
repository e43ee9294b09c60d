"""Connects the HTTP engine to addresses that were checked, whatever name it asks for, and never for too long.

The engine (httpcore, which httpx is built on) keeps the name for TLS and the Host header. As nothing here
resolves a name, a second answer of DNS changes nothing.
"""

import ssl
import time
from collections.abc import Callable, Iterable
from itertools import zip_longest

import httpcore

TRIED_ADDRESSES = 4
READ_BYTES = 384 * 1024  # at once: less costs time (the engine's own 64 KB twice as much), more costs memory
STEP_SECONDS = {"connect": 5.0, "read": 15.0, "write": 10.0, "pool": 5.0}

Within = Callable[[float | None], float]  # a wait in seconds in, no more than what is left out


def deadline(seconds: float) -> Within:
    """One bound for everything from now on: a timeout of the engine's own starts anew with every byte.

    What it gives raises httpcore.ReadTimeout once the time is over.
    """
    end = time.monotonic() + seconds

    def within(wait: float | None) -> float:
        left = end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline is over")
        return left if wait is None else min(wait, left)

    return within


class CheckedAddresses(httpcore.NetworkBackend):
    """Connects to one of these addresses and to nothing else."""

    def __init__(self, addresses: tuple[str, ...], within: Within, network: httpcore.NetworkBackend) -> None:
        self._addresses = _by_turns(addresses)[:TRIED_ADDRESSES]
        self._within = within
        self._network = network

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - deliberately: a name says nothing about where it leads
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - none are set
    ) -> httpcore.NetworkStream:
        """A connection to the first of the addresses that takes one."""
        failed: httpcore.NetworkError | httpcore.TimeoutException = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                stream = self._network.connect_tcp(address, port, self._within(timeout), local_address)
                return _Bounded(stream, self._within)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


def _by_turns(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """IPv6 and IPv4 in turns (RFC 8305, 4): where one of the two leads nowhere, the other is tried in time."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    other = [address for address in addresses if address not in first]
    return tuple(address for pair in zip_longest(first, other) for address in pair if address)


class _Bounded(httpcore.NetworkStream):
    """A connection whose every wait ends with the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, within: Within) -> None:
        self._stream = stream
        self._within = within

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max(max_bytes, READ_BYTES), self._within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, self._within(timeout)), self._within)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
