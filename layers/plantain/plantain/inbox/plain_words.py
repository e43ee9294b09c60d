"""What people who never write code are told: what happened, what it cost, what to change."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from plantain.faults import Fault
from plantain.inbox.places import line_of
from plantain.task import Charged

MAX_STEM = 100  # characters; four bytes each at the most, and S3 gives a key 1024
_WIDTH = 100

_CHARGES: dict[Charged, str] = {
    "no": "Nothing was charged.",
    "yes": "It was charged.",
    "unknown": "It may have been charged.",
}
_ONCE = re.compile(r"(; nothing was charged| Nothing was charged\.)$")  # the text has a part of its own for it


def failed_text(
    subject: str, problems: Sequence[str], *, charged: Charged, advice: str, cost: str | None = None
) -> str:
    """A file's whole text. `subject` is a sentence that names what did not work, `problems` are clauses or
    sentences, one for each thing that is wrong, `advice` says what to do, a line for each way. `cost` says what
    `charged` says, where it is told of a part only."""
    return "\n".join(
        [
            *_wrapped(subject),
            "",
            "What happened",
            *(line for problem in problems for line in _wrapped(_ONCE.sub("", problem), bullet="- ")),
            "",
            "What it cost",
            *_wrapped(cost or _CHARGES[charged], bullet="- "),
            "",
            "What to do",
            *(line for part in advice.split("\n") for line in _wrapped(part, bullet="- ")),
            "",
        ]
    )


def problem_lines(faults: Sequence[Fault], document_text: str | None = None) -> list[str]:
    """One line for each fault, with its line where the file's text is given: "line 7, aspect_ratio: must be …"."""
    return [_problem_line(fault, document_text) for fault in faults]


def stem_of(key: str) -> str:
    """The file's name without extension, safe in a key, at most 100 characters; letters of every language stay."""
    stem = PurePosixPath(key).stem
    kept = (character if _is_kept(character) else "-" for character in unicodedata.normalize("NFC", stem))
    return "-".join(filter(None, "".join(kept).split("-")))[:MAX_STEM].strip("-.") or "file"


def _is_kept(character: str) -> bool:
    return character in "_." or unicodedata.category(character)[0] in "LMN"


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


def _wrapped(text: str, bullet: str = "") -> list[str]:
    """Lines of a readable width; what is longer in itself, as a link, stays whole."""
    indent = " " * len(bullet)
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=bullet,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
