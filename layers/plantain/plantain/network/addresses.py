"""The one module that decides whether an address may be spoken to: of input images, results and redirects alike.

A URL must be https on the standard port and name a public host, and every address that DNS gives for that name
must be public. Origins (`scheme://host[:port]`) that the operator trusts are exempt.
Sources: IANA's special-purpose address registries, RFC 6890, RFC 4291.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

MAX_URL_LENGTH = 4096
NOT_PUBLIC = "must name a public host"

# Browsers read `127.1`, `0x7f.1` or `2130706433` as IPv4: whatever ends in a number and is not plain IPv4 is none.
_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
_LOCAL_NAMES = ("localhost", ".localhost", ".localdomain", ".local", ".internal", ".home.arpa")
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)+{_LABEL}")
_NOT_IN_A_URL = re.compile(r"[^\x21-\x7e]|\\")

# The only part of IPv6 that is global unicast. What carries an IPv4 address (`::/96`, `::ffff:0:0/96`,
# `64:ff9b::/96`, `64:ff9b:1::/48`) lies outside of it, but for 6to4 and Teredo.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # relays of 6to4
            "2001::/23",  # protocol assignments, Teredo among them
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ),
    )
)


def origin_of(url: str) -> str:
    """`scheme://host[:port]`, lower case, without the scheme's own port. Raises ValueError."""
    parts = _split(url)
    port = "" if parts.port in (None, _standard_port(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{_bracketed(parts.hostname or '')}{port}"


def trusted_origins(text: str) -> frozenset[str]:
    """The origins in a list with commas. Raises ValueError, so that a slip in the settings shows at once."""
    return frozenset(origin_of(origin.strip()) for origin in text.split(",") if origin.strip())


def refusal_of(url: str, trusted: frozenset[str]) -> str | None:
    """Why this URL is refused by its text alone, as a clause for a person; None when it may be used."""
    try:
        parts = _split(url)
        origin = origin_of(url)
    except ValueError:
        return "is not a URL"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password"
    if origin in trusted:
        return None
    if parts.scheme != "https":
        return "must be an https URL"
    if parts.port not in (None, 443):
        return "must use the standard https port"
    host = parts.hostname or ""
    return None if is_public(host) or _is_public_name(host) else NOT_PUBLIC


def refusal_of_answer(addresses: Iterable[str]) -> str | None:
    """Why a name with these addresses is refused: a single one that is not public spoils them all."""
    return None if all(map(is_public, addresses)) else NOT_PUBLIC


def is_address(host: str) -> bool:
    """Whether this is an IP address in its plain notation."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether this is an IP address in its plain notation that anybody on the internet could reach."""
    if not is_address(address):
        return False
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip.scope_id or ip not in _GLOBAL_UNICAST):
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL)


def _is_public_name(host: str) -> bool:
    return bool(_NAME.fullmatch(host)) and not _ENDS_IN_A_NUMBER.search(host) and not host.endswith(_LOCAL_NAMES)


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL_LENGTH or _NOT_IN_A_URL.search(url):
        raise ValueError("not a URL")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a URL")
    # No two readers of this URL may find two hosts in it: nothing but the host and a plain port stands there.
    port = "" if parts.port is None else f":{parts.port}"
    if parts.netloc.rpartition("@")[2].lower() != f"{_bracketed(parts.hostname)}{port}":
        raise ValueError("not a URL")
    return parts


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _standard_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
