"""Which hosts the twin may call: loopback, and those it was told."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


def may_call(url: str, allowed: Iterable[str]) -> bool:
    """Whether an http(s) URL is on loopback or on an allow-listed host name. Nothing is resolved."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    return _is_loopback(host) or host in {name.lower() for name in allowed}


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
