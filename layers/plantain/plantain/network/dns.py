"""The only module that asks DNS. It answers in bounded time, which the system's own function does not."""

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from threading import Thread

from plantain.network.addresses import is_address

Ask = Callable[[str], Iterable[str]]  # a host name in, its addresses out; raises OSError


class Dns:
    """Host names to addresses. Whether those may be spoken to is decided in network/addresses.py."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def look_up(self, hosts: Iterable[str], seconds: float) -> dict[str, tuple[str, ...]]:
        """The addresses of every host, each asked for once and all at the same time.

        A host that is not there, or whose answer does not come within these seconds, is left out. An address
        stands for itself.
        """
        hosts = frozenset(hosts)
        found: dict[str, tuple[str, ...]] = {host: (host,) for host in hosts if is_address(host)}

        def ask(host: str) -> None:
            with suppress(OSError, ValueError):
                found[host] = _distinct(self._ask(host))

        # Daemons: one that hangs in the system's resolver keeps neither the answer nor the process waiting.
        threads = [Thread(target=ask, args=(host,), daemon=True) for host in hosts - found.keys()]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return {host: addresses for host, addresses in found.copy().items() if addresses}


class RememberingDns(Dns):
    """Asks for each host once, and remembers also those that are not there: for one check of many wishes."""

    def __init__(self, dns: Dns) -> None:
        self._dns = dns
        self._known: dict[str, tuple[str, ...]] = {}

    def look_up(self, hosts: Iterable[str], seconds: float) -> dict[str, tuple[str, ...]]:
        """As Dns does it, all earlier answers at hand."""
        hosts = frozenset(hosts)
        if new := hosts - self._known.keys():
            found = self._dns.look_up(new, seconds)
            self._known |= {host: found.get(host, ()) for host in new}
        return {host: addresses for host in hosts if (addresses := self._known[host])}


def _distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    """Each address once, in the system's order of preference, in plain notation. Raises ValueError."""
    return tuple(dict.fromkeys(str(ip_address(address)) for address in addresses))


def _system(host: str) -> list[str]:
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


@cache
def dns() -> Dns:
    """The system's resolver."""
    return Dns(_system)
