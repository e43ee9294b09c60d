"""Decides whether an address that others gave us may be spoken to.

An origin is `scheme://host[:port]`. Addresses must be https on the standard port and name a public host;
origins that the operator trusts by name (the local stack trusts its own loopback) are exempt.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

MAX_URL_LENGTH = 4096

_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
_LOCAL_NAMES = ("localhost", ".localhost", ".localdomain", ".local", ".internal", ".home.arpa")
_NAME = re.compile(
    r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?", re.IGNORECASE
)
# IPv6 that carries an IPv4 address: it may lead to any of those that are refused.
_TRANSITIONAL = tuple(
    ipaddress.IPv6Network(network)
    for network in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
_NOT_IN_A_URL = re.compile(r"[^\x21-\x7e]|\\")


def origin_of(url: str) -> str:
    """`scheme://host[:port]`, lower case, without the scheme's own port. Raises ValueError."""
    parts = _split(url)
    port = "" if parts.port in (None, _standard_port(parts.scheme)) else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def refusal_of(url: str, trusted_origins: frozenset[str]) -> str | None:
    """Why this address is refused, as a clause for a person; None when it may be used."""
    try:
        parts = _split(url)
        origin = origin_of(url)
    except ValueError:
        return "is not a URL"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password"
    if origin in trusted_origins:
        return None
    if parts.scheme != "https":
        return "must be an https URL"
    if parts.port not in (None, 443):
        return "must use the standard https port"
    return _refusal_of_host(parts.hostname or "")


def _refusal_of_host(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _ENDS_IN_A_NUMBER.search(host):
            return "must name a public host"
        name = host.rstrip(".")
        if not _NAME.fullmatch(host) or name.endswith(_LOCAL_NAMES):
            return "must name a public host"
        return None
    special = address.is_multicast or any(address in network for network in _TRANSITIONAL)
    return None if address.is_global and not special else "must name a public host"


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL_LENGTH or _NOT_IN_A_URL.search(url):
        raise ValueError("not a URL")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a URL")
    return parts


def _standard_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
