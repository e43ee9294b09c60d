"""The README and the pages under docs/, as whoever reads them finds them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
# A block of code is passed over whole: what begins with a # in it is a comment.
_CODE_OR_HEADING = re.compile(r"^```.*?^```$|^(#+) ([^\n]+)", re.DOTALL | re.MULTILINE)


def section(page: str, title: str) -> str:
    """What stands under a heading of docs/<page>.md, up to the next of its rank."""
    text = PAGES[f"docs/{page}.md"]
    headings = _headings(text)
    (at,) = (heading for heading in headings if heading[2] == title)
    later = (one.start() for one in headings if one.start() > at.start() and len(one[1]) <= len(at[1]))
    return text[at.end() : next(later, len(text))]


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code in this language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What the headings of a page are called in links to them."""
    return {re.sub(r"[^\w\- ]", "", one[2].lower()).replace(" ", "-") for one in _headings(text)}


def _headings(text: str) -> list[re.Match[str]]:
    return [found for found in _CODE_OR_HEADING.finditer(text) if found[1]]
