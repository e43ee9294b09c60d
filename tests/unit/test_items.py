"""What is written to the table is read from it as the same."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plantain.items import from_attributes, to_attributes

numbers = st.integers(-(10**15), 10**15) | st.floats(-1e9, 1e9).map(lambda number: round(number, 6) + 0.0)
words = st.text(max_size=5)
values = st.recursive(
    words | st.booleans() | numbers | st.sets(st.integers(0, 100), min_size=1, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(words, values, max_size=3))
def test_what_is_written_is_read(values: dict[str, Any]) -> None:
    assert from_attributes(to_attributes(values)) == values


def test_what_is_none_is_left_out() -> None:
    assert to_attributes({"a": None}) == {}
