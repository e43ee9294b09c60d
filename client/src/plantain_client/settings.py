"""Where Plantain is and who asks: the URL and the API key, checked before anything is sent with them."""

import ipaddress
import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from plantain_client.errors import NotConfigured
from plantain_client.fields import can_be_looked_up
from plantain_client.version import __version__

URL_VARIABLE = "PLANTAIN_URL"
KEY_VARIABLE = "PLANTAIN_API_KEY"

_SECRET_LENGTH = 20
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class BearerKey(httpx.Auth):
    """The API key on its way into a request; nowhere else is it kept, and it is not shown."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put it in."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def removed_from(self, content: bytes) -> bytes:
        """The content without the key: what echoes requests must not bring it into a message."""
        if len(self._key) < _SECRET_LENGTH:
            return content  # no key of Plantain's, but perhaps a word of the answer
        return content.replace(self._key.encode(), b"***")

    def __repr__(self) -> str:
        return "BearerKey(***)"


def usable_url(url: str | None = None) -> httpx.URL:
    """The URL given or that of PLANTAIN_URL. Raises NotConfigured."""
    text = (url if url is not None else os.environ.get(URL_VARIABLE, "")).strip()
    if not text:
        raise NotConfigured(
            f"The URL of Plantain is not set. Set {URL_VARIABLE} to the output ApiUrl of the stack "
            f"(`make up` prints one for this machine)."
        )
    try:
        parsed = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise NotConfigured(f"{URL_VARIABLE} is not a URL: {error}.") from None
    if not parsed.host or parsed.scheme not in ("http", "https"):
        raise NotConfigured(f"{URL_VARIABLE} must begin with https:// and name a host.")
    if not can_be_looked_up(parsed):
        raise NotConfigured(f"{URL_VARIABLE} names a host that cannot be looked up.")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise NotConfigured(f"{URL_VARIABLE} must be a plain address, without user, query or fragment.")
    if parsed.scheme == "http" and not is_this_machine(parsed):
        raise NotConfigured(
            f"{URL_VARIABLE} must begin with https://: over http:// the API key could be read on the way."
        )
    return parsed


def usable_key(key: str | None = None) -> BearerKey:
    """The API key given or that of PLANTAIN_API_KEY. Raises NotConfigured, never showing what was given."""
    text = (key if key is not None else os.environ.get(KEY_VARIABLE, "")).strip()
    if not text:
        raise NotConfigured(
            f"The API key is not set. Set {KEY_VARIABLE}; the operator of Plantain makes one with "
            f"`plantain keys add NAME` (`make up` prints one for this machine)."
        )
    if not _VISIBLE.fullmatch(text):
        raise NotConfigured(f"{KEY_VARIABLE} holds a space, a line break or a character that no API key has.")
    return BearerKey(text)


def http_options(url: httpx.URL) -> dict[str, Any]:
    """What the blocking and the async client of httpx are both told."""
    return {
        "base_url": url,
        "headers": {"User-Agent": f"plantain-client/{__version__}"},
        "trust_env": not is_this_machine(url),
    }


@contextmanager
def usable_surroundings() -> Iterator[None]:
    """While httpx reads the proxies and certificates of the environment. Raises NotConfigured.

    What it says of a proxy is not shown: a proxy's address may hold a password.
    """
    try:
        yield
    except ImportError:
        raise NotConfigured(
            "The environment names a SOCKS proxy (HTTPS_PROXY, ALL_PROXY), for which a package is missing: "
            "pip install 'httpx[socks]'."
        ) from None
    except (ValueError, httpx.InvalidURL):
        raise NotConfigured(
            "The environment names a proxy that cannot be used (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY): "
            "it must be like http://host:port."
        ) from None
    except OSError as error:
        raise NotConfigured(
            f"The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read: {error.strerror or error}."
        ) from None


def is_this_machine(url: httpx.URL) -> bool:
    """Whether the URL leads to loopback: no proxy can reach it, and nobody can listen on the way."""
    if url.host == "localhost" or url.host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return False
