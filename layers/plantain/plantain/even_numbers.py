"""How numbers are written in JSON: what is whole has no point, whether it was reckoned or read from the table."""

from collections.abc import Mapping
from typing import Any

_EXACT = 2**53


def evened(value: Any) -> Any:
    """The same document; 18.0 is 18 in it, wherever it stands."""
    match value:
        case float() if value.is_integer() and abs(value) < _EXACT:
            return int(value)
        case Mapping():
            return {name: evened(part) for name, part in value.items()}
        case list() | tuple():
            return [evened(part) for part in value]
        case _:
            return value
