"""Fetching over real sockets: whom we connect to, what we tell them, and how a rude answer ends."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import trustme

from plantain.errors import PlantainError, TryAgainLater, UnusableResult
from plantain.network.dns import Dns
from plantain.network.downloads import Downloads
from tests.wire import Answer, Detour, Listener, Names, authority, believing, http, redirect, showing

HOST = "files.test"
URL = f"https://{HOST}/a/result.png?x=1"
PUBLIC = "93.184.215.14"
FORBIDDEN = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:7f00:1", "fd00:ec2::254")
SHORT = 0.3  # s, in the place of two minutes


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return authority()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Internet:
    """A public server with a certificate for `files.test`, a forbidden one, and DNS that tells the way to both."""

    def __init__(
        self,
        stack: ExitStack,
        ca: trustme.CA,
        *answers: Answer,
        certified: str = HOST,
        believed: trustme.CA | None = None,
    ) -> None:
        self.public = stack.enter_context(Listener(*answers, tls=showing(ca, certified)))
        # As one more answer would be given there: what keeps its count at zero is that nobody comes.
        self.forbidden = stack.enter_context(Listener(http(200, b"secret"), tls=showing(ca, HOST, *FORBIDDEN)))
        self.network = Detour({PUBLIC: self.public} | dict.fromkeys(FORBIDDEN, self.forbidden))
        self._tls = believing(believed or ca)

    def get(self, names: Names, url: str = URL, seconds: float = 5.0) -> bytes:
        downloads = Downloads(frozenset(), Dns(names), tls=self._tls, network=self.network, seconds=seconds)
        return read(downloads, url)


def read(downloads: Downloads, url: str) -> bytes:
    with downloads.open(url) as download:
        return b"".join(download.chunks())


def fetched(listener: Listener, path: str = "/a.png", seconds: float = 5.0) -> bytes:
    """From the listener, as from a trusted origin."""
    return read(Downloads(frozenset({listener.url}), Dns(Names()), seconds=seconds), listener.url + path)


def serving(stack: ExitStack, *answers: Answer) -> Listener:
    return stack.enter_context(Listener(*answers))


def failure(listener: Listener, seconds: float = 5.0) -> PlantainError:
    with pytest.raises(PlantainError) as failed:
        fetched(listener, seconds=seconds)
    assert listener.url not in str(failed.value)
    return failed.value


def test_the_checked_address_is_connected_to_and_the_name_is_told(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, ca, http(200, b"image"))

    assert internet.get(Names(files=[[PUBLIC]])) == b"image"

    assert internet.network.asked == [(PUBLIC, 443)]
    assert internet.public.names == [HOST]
    head = internet.public.heads[0].decode().lower()
    assert head.startswith("get /a/result.png?x=1 http/1.1\r\n")
    assert f"\r\nhost: {HOST}\r\n" in head


def test_a_certificate_for_another_name_is_not_believed(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, ca, http(200, b"image"), certified="other.test")

    with pytest.raises(TryAgainLater):
        internet.get(Names(files=[[PUBLIC]]))
    assert internet.public.heads == []


def test_a_certificate_of_an_unknown_authority_is_not_believed(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, authority(), http(200, b"image"), believed=ca)

    with pytest.raises(TryAgainLater):
        internet.get(Names(files=[[PUBLIC]]))
    with pytest.raises(TryAgainLater):
        read(Downloads(frozenset(), Dns(Names(files=[[PUBLIC]])), network=internet.network), URL)
    assert (internet.public.connections, internet.public.heads) == (2, [])


def test_a_name_is_resolved_once_so_a_second_answer_changes_nothing(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, ca, http(200, b"image"))
    names = Names(files=[[PUBLIC], ["127.0.0.1"]])

    assert internet.get(names) == b"image"

    assert names.asked == [HOST]
    assert internet.network.asked == [(PUBLIC, 443)]
    assert internet.forbidden.connections == 0


@pytest.mark.parametrize("address", [*FORBIDDEN, "fe80::1%2", "64:ff9b::7f00:1"])
def test_a_name_that_leads_to_a_forbidden_address_is_refused_unspoken_to(
    stack: ExitStack, ca: trustme.CA, address: str
) -> None:
    internet = Internet(stack, ca)

    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        with pytest.raises(UnusableResult) as refused:
            internet.get(Names(files=[answer]))
        assert refused.value.code == "result-refused"
        assert address not in str(refused.value)

    assert internet.network.asked == []
    assert (internet.public.connections, internet.forbidden.connections) == (0, 0)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "http://files.test/"]
)
def test_a_forbidden_url_is_refused_unspoken_to(stack: ExitStack, ca: trustme.CA, url: str) -> None:
    internet = Internet(stack, ca)
    names = Names(files=[[PUBLIC]])

    with pytest.raises(UnusableResult):
        internet.get(names, url)

    assert (names.asked, internet.network.asked, internet.forbidden.connections) == ([], [], 0)


def test_an_address_that_does_not_answer_gives_way_to_the_next(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, ca, http(200, b"image"))

    assert internet.get(Names(files=[["2606:4700::1", PUBLIC]])) == b"image"
    assert internet.network.asked == [("2606:4700::1", 443), (PUBLIC, 443)]


def test_no_more_than_four_addresses_are_tried(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, ca)

    with pytest.raises(TryAgainLater):
        internet.get(Names(files=[[f"8.8.8.{last}" for last in range(9)]]))
    assert len(internet.network.asked) == 4


def test_a_host_that_cannot_be_found_is_tried_again_later(stack: ExitStack, ca: trustme.CA) -> None:
    with pytest.raises(TryAgainLater) as missing:
        Internet(stack, ca).get(Names())
    assert missing.value.code == "result-unreachable"
    assert HOST not in str(missing.value)


def test_dns_that_hangs_ends_at_the_deadline(stack: ExitStack) -> None:
    over = threading.Event()
    stack.callback(over.set)

    def hanging(_: str) -> list[str]:
        over.wait(5)
        return [PUBLIC]

    with pytest.raises(TryAgainLater):
        read(Downloads(frozenset(), Dns(hanging), seconds=SHORT), URL)


def test_one_family_of_addresses_that_leads_nowhere_does_not_hide_the_other(
    stack: ExitStack, ca: trustme.CA
) -> None:
    internet = Internet(stack, ca, http(200, b"image"))
    nowhere = [f"2606:4700::{last}" for last in range(1, 9)]

    assert internet.get(Names(files=[[*nowhere, "8.8.8.8", PUBLIC]])) == b"image"
    assert [address for address, _ in internet.network.asked] == [nowhere[0], "8.8.8.8", nowhere[1], PUBLIC]


def test_a_redirect_in_letters_that_are_none_of_a_urls_is_followed(stack: ExitStack, ca: trustme.CA) -> None:
    internet = Internet(stack, ca, redirect("/caf\xe9/%C3%A9.png?a=b&c=%20#d"), http(200, b"image"))

    assert internet.get(Names(files=[[PUBLIC]])) == b"image"
    assert internet.public.heads[1].startswith(b"GET /caf%C3%A9/%C3%A9.png?a=b&c=%20 HTTP/1.1\r\n")


@pytest.mark.parametrize("location", ["https://files.test/b.png", "/b.png", "../b.png", "//files.test/b.png"])
def test_a_redirect_is_followed_to_where_it_may_lead(stack: ExitStack, ca: trustme.CA, location: str) -> None:
    internet = Internet(stack, ca, redirect(location), http(200, b"image"))

    assert internet.get(Names(files=[[PUBLIC]])) == b"image"

    assert internet.public.heads[1].startswith(b"GET /b.png HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://0x7f.1/",
        "https://inside.test/",
        "http://files.test/a.png",
        "http://127.0.0.1/",
        "https://files.test:8443/",
        "https://user@files.test/",
        "file:///etc/passwd",
        "https://[broken/",
        "https://f\xfcles.test/",
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused_unspoken_to(
    stack: ExitStack, ca: trustme.CA, location: str
) -> None:
    internet = Internet(stack, ca, redirect(location))

    with pytest.raises(UnusableResult) as refused:
        internet.get(Names(files=[[PUBLIC]], inside=[["127.0.0.1"]]))

    assert refused.value.code == "result-refused"
    assert internet.network.asked == [(PUBLIC, 443)]
    assert internet.forbidden.connections == 0


def test_a_name_may_change_its_mind_between_two_hops_and_is_checked_again(
    stack: ExitStack, ca: trustme.CA
) -> None:
    internet = Internet(stack, ca, redirect("/b.png"), http(200, b"image"))

    with pytest.raises(UnusableResult):
        internet.get(Names(files=[[PUBLIC], ["127.0.0.1"]]))
    assert internet.forbidden.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_two_redirects_are_followed_and_a_third_is_not(stack: ExitStack, status: int) -> None:
    onward = http(status, location="/next")

    assert fetched(serving(stack, onward, onward, http(200, b"image"))) == b"image"
    looping = serving(stack, onward)
    assert failure(looping).code == "result-refused"
    assert looping.connections == 3


@pytest.mark.parametrize(("status", "error"), [(404, UnusableResult), (503, TryAgainLater), (300, TryAgainLater)])
def test_only_a_redirect_redirects(stack: ExitStack, status: int, error: type[PlantainError]) -> None:
    listener = serving(stack, http(status, location="/b.png"), http(200))

    assert type(failure(listener)) is error
    assert listener.connections == 1


def test_a_redirect_that_says_no_more_is_tried_again_later(stack: ExitStack) -> None:
    assert isinstance(failure(serving(stack, http(302))), TryAgainLater)


def test_a_trusted_origin_is_exempt_and_only_that_one(stack: ExitStack) -> None:
    other = serving(stack)
    listener = serving(stack, redirect(f"{other.url}/secret"))

    assert failure(listener).code == "result-refused"
    assert (listener.connections, other.connections) == (1, 0)


def test_no_credentials_and_no_compression_are_offered_not_even_after_a_redirect(stack: ExitStack) -> None:
    listener = serving(stack, http(302, location="/b", set_cookie="a=b"), http(200))

    fetched(listener)

    for head in listener.heads:
        lines = head.decode().lower().split("\r\n")[1:-2]
        assert {line.partition(":")[0] for line in lines} == {
            "host",
            "accept",
            "accept-encoding",
            "connection",
            "user-agent",
        }
        assert "accept-encoding: identity" in lines


@pytest.mark.parametrize("status", [404, 410])
def test_a_result_that_is_gone_is_said_to_be_gone(stack: ExitStack, status: int) -> None:
    error = failure(serving(stack, http(status)))

    assert (type(error), error.code) == (UnusableResult, "result-gone")


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 403, 429, 500, 502, 503])
def test_any_other_answer_may_come_right(stack: ExitStack, status: int) -> None:
    error = failure(serving(stack, http(status, content_length=None if status in (204, 304) else 0)))

    assert isinstance(error, TryAgainLater)
    assert str(status) in str(error)


def test_the_size_is_what_is_declared_unless_it_comes_in_chunks(stack: ExitStack) -> None:
    listener = serving(
        stack,
        http(200, b"image"),
        http(200, b"5\r\nimage\r\n0\r\n\r\n", transfer_encoding="chunked", content_length=99),
        http(200, b"image", content_length=None),
    )
    downloads = Downloads(frozenset({listener.url}), Dns(Names()))

    for declared in (5, None, None):
        with downloads.open(listener.url) as download:
            assert download.declared_size == declared
            assert b"".join(download.chunks()) == b"image"


def drip_of_body(listener: Listener) -> Answer:
    return lambda _: listener.dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 1000)


def drip_of_headers(listener: Listener) -> Answer:
    return lambda _: listener.dripping(*(bytes([letter]) for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000))


def early_hints_without_end(listener: Listener) -> Answer:
    return lambda _: listener.dripping(*[b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 1000)


def silence(listener: Listener) -> Answer:
    def answer(_: bytes) -> list[bytes]:
        listener.stopping.wait(5)
        return []

    return answer


def drip_of_a_redirects_body(listener: Listener) -> Answer:
    head = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 1000\r\n\r\n"
    return lambda _: listener.dripping(head, *[b"x"] * 1000)


@pytest.mark.parametrize("manner", [drip_of_body, drip_of_headers, early_hints_without_end, silence])
def test_what_does_not_end_in_time_is_ended(stack: ExitStack, manner: Callable[[Listener], Answer]) -> None:
    listener = serving(stack)
    listener.answers = (manner(listener),)
    began = time.monotonic()

    error = failure(listener, SHORT)

    assert (type(error), error.code) == (TryAgainLater, "result-unreachable")
    assert "slowly" in str(error)
    assert time.monotonic() - began >= SHORT


def test_the_body_of_a_redirect_is_not_waited_for(stack: ExitStack) -> None:
    listener = serving(stack)
    listener.answers = (drip_of_a_redirects_body(listener), http(200, b"image"))

    assert fetched(listener) == b"image"


def headers_without_end(_: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: " + b"y" * 4000 + b"\r\n"


def one_header_without_end(_: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-More: "
    while True:
        yield b"y" * 4000


def chunk_extension_without_end(_: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x="
    while True:
        yield b"y" * 4000


@pytest.mark.parametrize(
    "answer",
    [
        headers_without_end,
        one_header_without_end,
        chunk_extension_without_end,
        http(200, content_length="9" * 5000),
        http(200, content_length="-1"),
        http(200, b"abc", content_length=5),
        lambda _: [b"SSH-2.0-OpenSSH_9.9\r\n"],
        lambda _: [],
    ],
)
def test_what_is_no_http_breaks_off(stack: ExitStack, answer: Answer) -> None:
    error = failure(serving(stack, answer))

    assert (type(error), error.code) == (TryAgainLater, "result-unreachable")


def test_a_handshake_that_does_not_go_on_is_ended(stack: ExitStack, ca: trustme.CA) -> None:
    listener = serving(stack)
    listener.answers = (silence(listener),)
    network = Detour({PUBLIC: listener})  # which says nothing until it has read a head that TLS never sends

    with pytest.raises(TryAgainLater, match="slowly"):
        read(Downloads(frozenset(), Dns(Names(files=[[PUBLIC]])), network=network, seconds=SHORT), URL)
