"""Looks at the images a wish is to work from: what Kie.ai could not fetch is a fault of the wish."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from plantain.faults import Fault, InvalidRequest
from plantain.images.format import MAGIC_BYTES, format_of
from plantain.inbox.bucket import Inbox, inbox
from plantain.inbox.file_kinds import MAX_UPLOAD_BYTES
from plantain.inbox.keys import is_inbox_key, is_upload_key
from plantain.job import Request
from plantain.network.addresses import origin_of, refusal_of_answer
from plantain.network.dns import Dns

LOOKUP_SECONDS = 3.0  # for all hosts together


def usable_inputs(request: Request, trusted: frozenset[str], dns: Dns) -> Request:
    """The wish with its inputs looked at; those in the inbox are pinned to the version there now.

    Raises InvalidRequest naming each input at fault. Their text is checked already (wishes/request.py).
    """
    faults = _faults_of_hosts(request.image_input, trusted, dns)
    references = list(request.image_input)
    for at, reference in enumerate(request.image_input):
        if is_upload_key(reference) or is_inbox_key(reference):
            references[at], fault = looked_at(inbox(), reference)
            faults |= {at: fault} if fault else {}
    if faults:
        raise InvalidRequest(*(Fault(f"/imageInput/{at}", faults[at]) for at in sorted(faults)))
    return replace(request, image_input=tuple(references))


def look_up_hosts(urls: Iterable[str], trusted: frozenset[str], dns: Dns) -> None:
    """Ask for the hosts of all these at the same time; of use where `dns` remembers."""
    if hosts := {host for url in urls if (host := _host_to_look_up(url, trusted))}:
        dns.look_up(hosts, LOOKUP_SECONDS)


def looked_at(inbox: Inbox, reference: str) -> tuple[str, str | None]:
    """What to remember of an input, and what is wrong with it, as a clause for a person."""
    found = inbox.find(reference)
    if found is None:
        return reference, "has not been uploaded" if is_upload_key(reference) else "is not in the inbox"
    if found.size > MAX_UPLOAD_BYTES:
        return reference, f"must have at most {MAX_UPLOAD_BYTES} bytes, it has {found.size}"
    if not found.size or format_of(inbox.read(reference, MAGIC_BYTES)) is None:
        return reference, "is not a PNG, JPEG or WebP image"
    return found.reference, None


def _faults_of_hosts(urls: tuple[str, ...], trusted: frozenset[str], dns: Dns) -> dict[int, str]:
    looked_up = {at: _host_to_look_up(url, trusted) for at, url in enumerate(urls)}
    hosts = {at: host for at, host in looked_up.items() if host is not None}
    found = dns.look_up(hosts.values(), LOOKUP_SECONDS) if hosts else {}
    refusals = {at: _refusal(host, found.get(host, ())) for at, host in hosts.items()}
    return {at: refusal for at, refusal in refusals.items() if refusal}


def _host_to_look_up(url: str, trusted: frozenset[str]) -> str | None:
    """None for what has no host or is trusted anyway."""
    if is_upload_key(url) or is_inbox_key(url) or origin_of(url) in trusted:
        return None
    return urlsplit(url).hostname or ""


def _refusal(host: str, addresses: tuple[str, ...]) -> str | None:
    if not addresses:
        return f"names a host that cannot be found ({host}); nothing was charged"
    if refusal := refusal_of_answer(addresses):
        return f"{refusal}, and {host} leads to an address that is not public"
    return None
