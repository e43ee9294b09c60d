"""In which line of a TOML or JSON file a field stands, so that people find what they have to change."""

import re
from functools import lru_cache

from plantain.faults import escaped

_SPANNING = ('"""', "'''")
_TOML_TEXT = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*'
)
_KEY = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TOML_LINE = re.compile(rf"[ \t]*(?:(?P<open>\[\[?)[ \t]*(?P<table>{_KEYS})[ \t]*\]|(?P<field>{_KEYS})[ \t]*=)")
_JSON_TOKEN = re.compile(r'(?P<text>"(?:\\.|[^"\\])*")(?P<names>\s*:)?|[{}\[\],]|[\w.+-]+')


def line_of(pointer: str, text: str) -> int | None:
    """The line, from 1, of the field that a JSON pointer with snake_case names leads to in a valid document.

    Of what is not in the text itself, the line of the nearest thing around it; None if there is none.
    """
    pointer = "/".join(map(_snake, pointer.split("/")))
    depth = pointer.count("/")
    is_json = text.lstrip().startswith("{")
    places = _json_places(text, depth) if is_json else _toml_places(text, depth)
    while pointer:
        if pointer in places:
            return places[pointer]
        pointer = pointer.rpartition("/")[0]
    return None


# Places further down are left out: a file can hold a hundred thousand of them. Most faults are of one depth.
@lru_cache(maxsize=2)
def _toml_places(text: str, depth: int) -> dict[str, int]:
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    masked = _TOML_TEXT.sub(_without_lines, text)
    for number, line in enumerate(masked.split("\n"), start=1):
        if (found := _TOML_LINE.match(line)) is None:
            continue
        if found["table"]:
            table = _within("", found["table"], counts)
            if found["open"] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}/{counts[table]}"
            if table.count("/") <= depth:
                places.setdefault(table, number)
        elif (place := _within(table, found["field"], {})).count("/") <= depth:
            places.setdefault(place, number)
    return places


def _within(table: str, keys: str, counts: dict[str, int]) -> str:
    """The pointer of dotted keys; below an array of tables they belong to its last one."""
    pointer = table
    for key in re.findall(_KEY, keys):
        if pointer in counts:
            pointer += f"/{counts[pointer]}"
        pointer += f"/{_part(key.strip(chr(34) + chr(39)))}"
    return pointer


def _without_lines(found: re.Match[str]) -> str:
    """A text over several lines could look like fields: nothing stays of it but its line ends."""
    return re.sub(r"[^\n]", " ", found[0]) if found[0].startswith(_SPANNING) else found[0]


@lru_cache(maxsize=2)
def _json_places(text: str, depth: int) -> dict[str, int]:
    places: dict[str, int] = {}
    path: list[str | int] = []
    line, seen = 1, 0
    for token in _JSON_TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, token.start()), token.start()
        sign = token[0]
        if token["names"] and path:
            path[-1] = _part(token["text"][1:-1])
        if sign == "," and path and isinstance(path[-1], int):
            path[-1] += 1
        elif sign in ("}", "]") and path:
            path.pop()
        elif sign != "," and len(path) <= depth:
            places.setdefault("".join(f"/{part}" for part in path), line)
        if sign in ("{", "["):
            path.append("" if sign == "{" else 0)
    return places


def _part(name: str) -> str:
    """A name as a pointer has it: with underscores, `~` and `/` escaped."""
    return escaped(_snake(name))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower() if name.isidentifier() else name
