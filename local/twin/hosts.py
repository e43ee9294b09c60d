"""Which hosts the twin may call (loopback, and those it was told), and the client it calls them with."""

import ipaddress
import re
import ssl
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

import httpx

_HTTP_API = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?=/|$)")


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


def at_home(url: str, execute_api: str) -> str:
    """The address of an HTTP API of AWS where the embedded one serves it; any other as it is."""
    found = _HTTP_API.match(url) if execute_api else None
    return f"{execute_api}/_aws/execute-api/{found[1]}/$default{url[found.end() :]}" if found else url


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def client(seconds: float) -> httpx.Client:
    """An HTTP client that waits at most this long for each step and takes nothing from the environment."""
    return httpx.Client(timeout=seconds, trust_env=False, verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    """Read once, because reading them takes longer than most calls."""
    return ssl.create_default_context()
