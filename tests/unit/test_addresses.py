"""Which addresses may be spoken to."""

import pytest

from plantain.addresses import origin_of, refusal_of

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
    ],
)
def test_anything_else_is_refused_with_a_reason(url: str) -> None:
    assert refusal_of(url, NOBODY)


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
