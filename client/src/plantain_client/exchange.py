"""The border between what is to be done and who does it.

An operation is a generator: it yields what it needs (Send, Sleep) and gets what came of it. It does no input or
output over the network itself, so the same operation serves the blocking and the async client, and a test.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import httpx

from plantain_client.errors import PlantainError, TransportFailed
from plantain_client.settings import BearerKey
from plantain_client.task import Charged

T = TypeVar("T")

# What certainly was not heard: there was no connection to say it over.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Send:
    """A request. `url` is a path under Plantain's URL, or a signed link, which must not get the API key.

    With `into`, the body of a 200 goes there piece by piece, as it came over the wire.
    """

    method: str
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    content: bytes | None = field(default=None, repr=False)
    keyed: bool = True
    into: Callable[[bytes], object] | None = None

    def arguments(self, key: BearerKey) -> dict[str, Any]:
        """As httpx's `stream` takes them."""
        return {
            "method": self.method,
            "url": self.url,
            "params": self.params or None,
            "headers": self.headers,
            "json": self.json,
            "content": self.content,
            "auth": key if self.keyed else None,
        }


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let time pass, in seconds; `after` a call of the API that failed and is sent again then."""

    seconds: float
    after: PlantainError | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `content` is empty where it went elsewhere."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)


Effect: TypeAlias = Send | Sleep
# Told of a failure, and of the seconds until the call is sent again.
OnRetry: TypeAlias = Callable[[PlantainError, float], object]
Operation: TypeAlias = Generator[Effect, Answer | None, T]


def sent(send: Send, *, charged: Charged = "no") -> Operation[Answer]:
    """The answer. Raises TransportFailed; `charged` is what a request that may have been heard can have cost."""
    try:
        answer = yield send
    except httpx.RequestError as error:
        reason = str(error) or type(error).__name__
        host = error.request.url.host
        if isinstance(error, _NEVER_SENT):
            raise TransportFailed(f"No connection to {host}: {reason}", arrived="no", charged="no") from error
        message = f"The answer of {host} was lost: {reason}"
        raise TransportFailed(message, arrived="maybe", charged=charged) from error
    except httpx.InvalidURL as error:
        # httpx reads where an answer leads to even if nobody follows it there.
        message = f"This leads to no address that can be asked: {error}"
        raise TransportFailed(message, arrived="maybe", charged=charged) from error
    assert answer is not None
    return answer
