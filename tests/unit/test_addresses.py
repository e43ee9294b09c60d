"""Which addresses may be spoken to."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.network.addresses import (
    MAX_URL_LENGTH,
    NOT_PUBLIC,
    is_public,
    origin_of,
    refusal_of,
    refusal_of_answer,
    trusted_origins,
)

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.png",
        "https://example.com:443/a.png?x=1",
        "https://EXAMPLE.com/a.png",
        "https://93.184.215.14/a.png",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/a.png",
        "https://1.example.com/a.png",
    ],
)
def test_a_public_https_address_is_allowed(url: str) -> None:
    assert refusal_of(url, NOBODY) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.png",
        "//example.com/a.png",
        "http://example.com/a.png",
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "https://",
        "https:///a.png",
        "https://user@example.com/a.png",
        "https://user:word@example.com/a.png",
        "https://example.com:8443/a.png",
        "https://example.com:99999/a.png",
        "https://exa mple.com/",
        "https://example.com/\u00fc.png",
        "https://example.com/\U0001f34c.png",
        "https://example.com\\@127.0.0.1/",
        "https://[::1/",
        "https://" + "a" * 4096,
        "https://.com/",
        "https://a..example.com/",
        "https://x.localdomain/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[::127.0.0.1]/",
        "https://localhost/a.png",
        "https://sub.localhost/a.png",
        "https://intranet/a.png",
        "https://db.internal/a.png",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.0.0.1./",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://192.0.2.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[2001::4136:e378:8000:63bf:3fff:fdd2]/",
        "https://[64:ff9b:1::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fec0::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700::1%25eth0]/",
        "https://[v1.example.com]/",
        "https://example.com[2606:4700::1]/",
        "https://198.18.0.1/",
        "https://192.88.99.1/",
        "https://192.0.0.9/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://127.0.0.1:443/",
        "https://0/",
        "https://0x7f.0.0.0x1/",
        "https://017700000001/",
        "https://127.0.0.1.0x/",
        "https://example.com.0x7f/",
        "https://example.1/",
        "https://%31%32%37.0.0.1/",
        "https://127%2e0.0.1/",
        "https://example.com./",
        "https://example.com../",
        "https://a_.example.com-/",
        "https://example.com:/",
        "https://example.com:0443/",
        "https://example.com:+443/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://127\u30020\u30020\u30021/",
        "https://\u0661\u0662\u0667.0.0.1/",
        "https://example.com\u2024internal/",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: internal",
        " https://example.com/",
        "https://" + ".".join(["a" * 60] * 5) + ".com/",
        "https://" + "a" * 64 + ".com/",
        "https://@example.com/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://router.home.arpa/",
    ],
)
def test_anything_else_is_refused_with_a_reason(url: str) -> None:
    assert refusal_of(url, NOBODY)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("a.png", "is not a URL"),
        ("https://user@example.com/", "must not carry a user name or password"),
        ("https://:word@example.com/", "must not carry a user name or password"),
        ("http://example.com/", "must be an https URL"),
        ("https://example.com:8443/", "must use the standard https port"),
        ("https://intranet/", NOT_PUBLIC),
    ],
)
def test_the_reason_says_what_to_change(url: str, reason: str) -> None:
    assert refusal_of(url, NOBODY) == reason


def test_a_url_may_be_as_long_as_the_limit_and_no_longer() -> None:
    longest = "https://example.com/".ljust(MAX_URL_LENGTH, "a")

    assert refusal_of(longest, NOBODY) is None
    assert refusal_of(longest + "a", NOBODY) == "is not a URL"


def test_a_trusted_origin_is_exempt_and_only_that_origin() -> None:
    trusted = frozenset({"http://127.0.0.1:9000"})

    assert refusal_of("http://127.0.0.1:9000/a.png", trusted) is None
    assert refusal_of("http://127.0.0.1:9001/a.png", trusted)
    assert refusal_of("https://127.0.0.1:9000/a.png", trusted)
    assert refusal_of("http://user@127.0.0.1:9000/a.png", trusted)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.com:443/a?b#c", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000"),
        ("https://[2606:2800::1]:8443/", "https://[2606:2800::1]:8443"),
    ],
)
def test_an_origin_is_scheme_host_and_unusual_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "192.31.196.1", "2606:4700::6810:84e5", "2a00:1450:4001:82a::200e"],
)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)
    assert refusal_of_answer([address]) is None


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "fe80::1%2", "64:ff9b::808:808", "127.1", "example.com", ""]
)
def test_a_single_address_that_is_not_public_spoils_the_answer(address: str) -> None:
    assert not is_public(address)
    assert refusal_of_answer(["8.8.8.8", address])


@given(st.ip_addresses(v=4))
def test_no_form_of_ipv6_makes_an_ipv4_address_public(address: IPv4Address) -> None:
    number = int(address)
    for text in (
        f"::ffff:{address}",
        f"::{address}",
        f"64:ff9b::{address}",
        f"64:ff9b:1::{address}",
        f"{IPv6Address(0x2002 << 112 | number << 80)}",
        f"{IPv6Address(0x20010000 << 96 | number)}",
    ):
        assert not is_public(text), text
        assert refusal_of(f"https://[{text}]/", NOBODY), text


@given(st.integers(0, 0xFFFFFFFF))
def test_ipv4_is_taken_in_its_plain_notation_only(number: int) -> None:
    a, b, c, d = IPv4Address(number).packed
    for host in (
        f"{number}",
        f"0x{number:x}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{c}.0x{d:x}",
        f"0{a:o}.{b}.{c}.{d}",
    ):
        assert refusal_of(f"https://{host}/", NOBODY), host


def test_trust_is_a_list_of_origins_and_a_slip_in_it_shows() -> None:
    trusted = trusted_origins("http://127.0.0.1:9000, https://Files.example.com:443/,")

    assert trusted == {"http://127.0.0.1:9000", "https://files.example.com"}
    assert trusted_origins("") == frozenset()
    with pytest.raises(ValueError, match="not a URL"):
        trusted_origins("files.example.com")
