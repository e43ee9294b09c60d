"""Prompts with `$variables`: what they name, what is no variable, and the text with values put in, in one pass."""

import re
import string
from collections.abc import Iterator, Mapping


class _Template(string.Template):
    """`$name`, `${name}`, and `$$` for a dollar sign. Letters of any case, so that `$Name` is told as unknown."""

    idpattern = "(?a:[A-Za-z_][A-Za-z0-9_]*)"
    flags = re.RegexFlag(0)


def variables_in(text: str) -> frozenset[str]:
    """The names of all variables in it."""
    return frozenset(found[kind] for found in _Template.pattern.finditer(text) for kind in ("named", "braced")
                     if found[kind])  # fmt: skip


def stray_dollars(text: str) -> Iterator[tuple[int, str]]:
    """Each `$` that begins no variable: its line, counted from 1, and the word there."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _Template.pattern.finditer(line):
            if found["invalid"] is not None:
                yield number, line[found.start() :].split(maxsplit=1)[0][:20]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every variable's value in its place; what a value holds is never read as a variable.

    A line all of whose variables are empty is left out, so that what is optional leaves no gap.
    """
    return "\n".join(_Template(line).substitute(values) for line in text.split("\n") if not _is_idle(line, values))


def _is_idle(line: str, values: Mapping[str, str]) -> bool:
    names = variables_in(line)
    return bool(names) and not any(values[name] for name in names)
