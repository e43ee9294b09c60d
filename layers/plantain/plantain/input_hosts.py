"""Looks up where input images lie: a host that leads inwards, or nowhere, is a fault of the request."""

from urllib.parse import urlsplit

from plantain.addresses import origin_of, refusal_of_answer
from plantain.dns import Dns
from plantain.faults import Fault, InvalidRequest
from plantain.upload_key import is_upload_key

LOOKUP_SECONDS = 3.0  # for all hosts together


def check_hosts(urls: tuple[str, ...], trusted: frozenset[str], dns: Dns) -> None:
    """Raises InvalidRequest naming each URL at fault. Their text is checked already (addresses.refusal_of)."""
    hosts = {
        at: urlsplit(url).hostname or ""
        for at, url in enumerate(urls)
        if not is_upload_key(url) and origin_of(url) not in trusted
    }
    found = dns.look_up(hosts.values(), LOOKUP_SECONDS) if hosts else {}
    faults = {at: _refusal(host, found.get(host, ())) for at, host in hosts.items()}
    if any(faults.values()):
        raise InvalidRequest(*(Fault(f"/imageInput/{at}", fault) for at, fault in faults.items() if fault))


def _refusal(host: str, addresses: tuple[str, ...]) -> str | None:
    if not addresses:
        return f"names a host that cannot be found ({host}); nothing was charged"
    if refusal := refusal_of_answer(addresses):
        return f"{refusal}, and {host} leads to an address that is not public"
    return None
