"""A line of the benchmark's table: what was measured, beside what in the same run, and what we aim at."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` and `beside` are texts with their units; `ratio` is the one to the other, None if there is none."""

    what: str
    figure: str
    beside: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None


def tell(rows: list[Row]) -> None:
    """Hand the rows to the process that prints the table."""
    print(json.dumps([asdict(row) for row in rows]))


def told(text: str) -> list[Row]:
    """The rows that a benchmark has told."""
    return [Row(**fields) for fields in json.loads(text)]


def under(what: str, milliseconds: float, limit: float, beside: str = "", ratio: float | None = None) -> Row:
    """A time in ms with a limit it should stay under."""
    return Row(what, f"{milliseconds:.1f} ms", beside, ratio, f"< {limit:g} ms", milliseconds < limit)
