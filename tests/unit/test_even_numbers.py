"""A number is written in one way, whoever has reckoned it."""

import json
from typing import Any

import pytest

from plantain.even_numbers import evened


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (18.0, "18"),
        (18, "18"),
        (0.09, "0.09"),
        (-0.0, "0"),
        (True, "true"),
        (None, "null"),
        ("18.0", '"18.0"'),
        (1e300, "1e+300"),
        ({"price": {"credits": 24.0, "usd": 0.12}}, '{"price": {"credits": 24, "usd": 0.12}}'),
        ([1.0, (2.0, 2.5)], "[1, [2, 2.5]]"),
    ],
)
def test_what_is_whole_has_no_point(value: Any, written: str) -> None:
    assert json.dumps(evened(value)) == written
