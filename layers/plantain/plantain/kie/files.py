"""The only module that knows Kie.ai's file upload: an image streams through, its address at Kie.ai comes back.

Nothing is created or charged by it, so whatever is no clear refusal may be tried again.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx

from plantain.errors import KieKeyRejected, Refused, TryAgainLater
from plantain.inbox.bucket import Content
from plantain.kie.api_key import kie_key, reread_kie_key
from plantain.kie.exchange import Exchange
from plantain.kie.words import kept_words
from plantain.network.addresses import refusal_of, trusted_origins

UPLOAD_SECONDS = 40  # for one file of 30 MB; a job's next one may take as long again
_PATH = "plantain"
_MAX_ANSWER_BYTES = 100_000
_LATER = (408, 425, 429, 455)


class KieFiles:
    """Kie.ai's files, kept there for one to three days. `key` gives the API key, `fresh_key` reads it anew.

    `trusted` are origins (`scheme://host[:port]`) where a file may lie although they are not public https ones.
    """

    def __init__(
        self,
        base_url: str,
        trusted: frozenset[str],
        *,
        key: Callable[[], str],
        fresh_key: Callable[[], str],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._exchange = Exchange(base_url, transport, max_answer_bytes=_MAX_ANSWER_BYTES)
        self._trusted = trusted
        self._key = key
        self._fresh_key = fresh_key

    def upload(self, name: str, content_type: str, content: Content) -> str:
        """Where Kie.ai keeps it. Raises TryAgainLater, Refused, KieKeyRejected, KieKeyMissing."""
        key = self._key()
        answer = self._send(key, name, content_type, content)
        if _is_about_the_key(answer):
            if self._fresh_key() == key:
                raise KieKeyRejected
            raise TryAgainLater("Kie.ai's API key has just been replaced.", code="kie-key-replaced")
        return self._address_in(answer)

    def _send(self, key: str, name: str, content_type: str, content: Content) -> httpx.Response:
        """One exchange, bounded in time as a whole: httpx's own timeouts begin anew with every piece."""
        boundary = secrets.token_hex(16)
        head, tail = _around(boundary, name, content_type)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + content.size + len(tail)),
        }
        deadline = time.monotonic() + UPLOAD_SECONDS

        def body() -> Iterator[bytes]:
            yield head
            for chunk in content.chunks():
                if time.monotonic() > deadline:
                    raise httpx.WriteTimeout("too slow")
                yield chunk
            yield tail

        try:
            return self._exchange.send(
                "POST", "/api/file-stream-upload", key, headers=headers, seconds=UPLOAD_SECONDS, content=body()
            )
        except httpx.TransportError as broken:
            raise _later(f"could not be reached ({type(broken).__name__})") from None

    def _address_in(self, answer: httpx.Response) -> str:
        """`data.downloadUrl`, which is the one that works (there is `fileUrl` too)."""
        code, words, data = _read(answer)
        if code != 200:
            if 400 <= code < 500 and code not in _LATER:
                raise Refused("Kie.ai did not take an input image.", code="kie-refused", words=words)
            raise _later(f"answered with code {code}")
        url = data.get("downloadUrl") if isinstance(data, dict) else None
        if not isinstance(url, str) or refusal_of(url, self._trusted):
            raise _later("gave no address that can be used")
        return url


def _around(boundary: str, name: str, content_type: str) -> tuple[bytes, bytes]:
    """What stands before and behind the file's bytes (RFC 7578)."""
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in (("uploadPath", _PATH), ("fileName", name))
    )
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    return f"{fields}{file}Content-Type: {content_type}\r\n\r\n".encode(), f"\r\n--{boundary}--\r\n".encode()


def _is_about_the_key(answer: httpx.Response) -> bool:
    return answer.status_code in (401, 403) or (answer.is_success and _read(answer)[0] in (401, 403))


def _read(answer: httpx.Response) -> tuple[int, str, Any]:
    """Code, words and data. A refusal may come as HTTP 200 with its code in the body."""
    try:
        body = answer.json()
        code = int(body["code"]) if answer.is_success else answer.status_code
        return code, kept_words(body.get("msg") or body.get("message") or ""), body.get("data")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return (502 if answer.is_success else answer.status_code), "", None


def _later(what: str) -> TryAgainLater:
    return TryAgainLater(f"Kie.ai's file upload {what}.", code="kie-upload-failed")


@cache
def kie_files() -> KieFiles:
    """The client for the configured Kie.ai, made at first use."""
    trusted = trusted_origins(os.environ["TRUSTED_ORIGINS"])
    return KieFiles(os.environ["KIE_UPLOAD_URL"], trusted, key=kie_key, fresh_key=reread_kie_key)
