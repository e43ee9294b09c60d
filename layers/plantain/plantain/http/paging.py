"""How many entries a page has, where a list is answered."""

import re
from collections.abc import Mapping

from plantain.faults import Fault

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


def limit_of(query: Mapping[str, str], faults: list[Fault]) -> int:
    """The `limit` that a query asks for; what is wrong with it is added to `faults`."""
    text = query.get("limit", str(DEFAULT_LIMIT))
    if re.fullmatch(r"[1-9][0-9]{0,2}", text) and int(text) <= MAX_LIMIT:
        return int(text)
    faults.append(Fault("/limit", f"must be a whole number from 1 to {MAX_LIMIT}"))
    return DEFAULT_LIMIT
