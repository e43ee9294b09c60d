"""What is wrong with a file, a line for each fault: where it stands, and what to change."""

from collections.abc import Sequence

from plantain.faults import Fault
from plantain.reports.field_lines import line_of


def problem_lines(faults: Sequence[Fault], document_text: str | None = None) -> list[str]:
    """One line for each fault, with its line where the file's text is given: "line 7, aspect_ratio: must be …"."""
    return [_problem_line(fault, document_text) for fault in faults]


def _problem_line(fault: Fault, text: str | None) -> str:
    where = _named(fault.pointer)
    line = line_of(fault.pointer, text) if text and fault.pointer else None
    place = ", ".join(part for part in (f"line {line}" if line else "", where) if part)
    return f"{place}: {fault.detail}" if place else fault.detail


def _named(pointer: str) -> str:
    """`/variables/title` as variables.title, `/image_input/0` as "image_input, entry 1"."""
    named = ""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if name.isdecimal():
            named += f", entry {int(name) + 1}"
        else:
            named += f"{', ' if named.rpartition(' ')[2].isdecimal() else '.' if named else ''}{name}"
    return named
