"""The text that tells people why there is no picture: what happened, what it cost, what to do."""

import re
import textwrap
from collections.abc import Sequence

from plantain.task import Charged

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
