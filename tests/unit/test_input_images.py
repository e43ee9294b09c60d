"""Input images lie where anybody can fetch them."""

import pytest

from plantain.faults import Fault, InvalidRequest
from plantain.network.dns import Dns
from plantain.wishes.input_images import usable_inputs
from tests.builders import a_request
from tests.wire import Names

NAMES = {
    "public": [["8.8.8.8", "2606:4700::1"]],
    "inside": [["10.0.0.1"]],
    "mixed": [["8.8.8.8", "127.0.0.1"]],
}


def faults_of(*urls: str) -> tuple[Fault, ...]:
    with pytest.raises(InvalidRequest) as invalid:
        usable_inputs(a_request(image_input=urls), frozenset(), Dns(Names(NAMES)))
    return invalid.value.faults


def test_public_hosts_pass_each_looked_up_once() -> None:
    names = Names(NAMES)

    urls = ("https://public.test/1", "https://public.test/2", "https://8.8.8.8/3")
    usable_inputs(a_request(image_input=urls), frozenset(), Dns(names))

    assert names.asked == ["public.test"]


@pytest.mark.parametrize("host", ["inside.test", "mixed.test"])
def test_a_name_that_leads_to_a_forbidden_address_is_named(host: str) -> None:
    (fault,) = faults_of("https://public.test/1", f"https://{host}/secret")

    assert fault.pointer == "/imageInput/1"
    assert "must name a public host" in fault.detail
    assert host in fault.detail
    assert "secret" not in fault.detail
    assert "10.0.0.1" not in fault.detail


def test_a_host_that_cannot_be_found_is_said_to_cost_nothing() -> None:
    (fault,) = faults_of("https://missing.test/1")

    assert fault == Fault("/imageInput/0", "names a host that cannot be found (missing.test); nothing was charged")


def test_every_url_at_fault_is_named() -> None:
    faults = faults_of(
        "https://inside.test/1", "https://public.test/2", "https://missing.test/3", "https://inside.test/4"
    )

    assert [fault.pointer for fault in faults] == ["/imageInput/0", "/imageInput/2", "/imageInput/3"]


def test_a_trusted_origin_is_not_looked_up() -> None:
    names = Names(NAMES)

    wish = a_request(image_input=("http://inside.test:9000/1",))
    usable_inputs(wish, frozenset({"http://inside.test:9000"}), Dns(names))

    assert names.asked == []
