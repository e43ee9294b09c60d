"""Each test runs over the blocking and over the async client."""

from typing import Any

import pytest

from tests.client.service import Service


@pytest.fixture(params=["blocking", "async"])
def service(request: Any) -> Service:
    return Service(request.param)
