"""What people are told who drop files: whole texts, line numbers, and names that are safe in a key."""

import json
import tomllib
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.faults import Fault
from plantain.inbox.keys import MAX_STEM, stem_of
from plantain.reports.failed_text import failed_text
from plantain.reports.field_lines import line_of
from plantain.reports.problem_lines import problem_lines

TOML = '''# resolution = "here it is only spoken of"
prompt = """
resolution = "nor is it meant here"
"""
aspect_ratio = "16:9"
image_input = [
  "inbox/a.png",
]

[variables]
title = "x"
"long name" = 'y'

[[requests]]
prompt = "first"
[[requests]]
prompt = "second"
variables.mood.deep = "z"
'''

JSON = """{
  "prompt": "a \\"resolution\\": b",
  "aspectRatio": "16:9", "variables": {
    "title": "{[,"
  },
  "requests": [{"prompt": "first"},
    {"prompt":
      "second"}]
}"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/prompt", 2),
        ("/aspect_ratio", 5),
        ("/image_input", 6),
        ("/image_input/0", 6),
        ("/variables", 10),
        ("/variables/title", 11),
        ("/variables/long name", 12),
        ("/variables/missing", 10),
        ("/requests/0/prompt", 15),
        ("/requests/1", 16),
        ("/requests/1/prompt", 17),
        ("/requests/1/variables/mood/deep", 18),
        ("/resolution", None),
        ("", None),
    ],
)
def test_a_field_of_a_toml_file_is_found_where_it_stands(pointer: str, line: int | None) -> None:
    tomllib.loads(TOML)

    assert line_of(pointer, TOML) == line


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/prompt", 2),
        ("/aspect_ratio", 3),
        ("/variables/title", 4),
        ("/requests/0", 6),
        ("/requests/1/prompt", 7),
        ("/requests/1/missing", 7),
    ],
)
def test_a_field_of_a_json_file_is_found_where_it_stands(pointer: str, line: int) -> None:
    json.loads(JSON)

    assert line_of(pointer, JSON) == line


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda values: (
        st.lists(values, max_size=3) | st.dictionaries(st.text("abc_/~", min_size=1), values, max_size=3)
    ),
    max_leaves=12,
)


def _fields(value: Any, pointer: str = "") -> dict[str, Any]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: dict[str, Any] = {}
    for name, part in parts:
        below = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        found |= {below: part} | _fields(part, below)
    return found


@given(st.dictionaries(st.text("abc_/~", min_size=1), _VALUES, min_size=1, max_size=4))
def test_every_field_of_any_json_file_has_its_line(document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    lines = text.split("\n")

    for pointer, value in _fields(document).items():
        line = line_of(pointer, text)
        assert line is not None
        if not isinstance(value, dict | list):
            assert json.dumps(value, ensure_ascii=False) in lines[line - 1]


def test_a_name_in_two_ways_is_the_same_field() -> None:
    for text in ('{"variables": {\n"fooBar": 1}}', "variables.x = 1\nvariables.fooBar = 1"):
        assert line_of("/variables/fooBar", text) == line_of("/variables/foo_bar", text) == 2


def test_what_lies_deeper_than_the_field_is_not_kept() -> None:
    """A file of 250 KB can hold a hundred thousand places, each as long as all the names above it."""
    deep = "x" * 200
    for text in (f'{{"{deep}": {{"{deep}": [{"0," * 60_000}0]}}}}', f"[{deep}.{deep}]\n" + "a=1\n" * 30_000):
        tracemalloc.start()
        line_of(f"/{deep}", text)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000_000


def test_a_problem_is_named_by_its_line_and_its_field() -> None:
    faults = [
        Fault("/aspect_ratio", "must be one of 16:9, 1:1"),
        Fault("/image_input/1", "is not in the inbox"),
        Fault("/variables/title", "is too long"),
        Fault("/requests/1/prompt", "is required"),
        Fault("", "needs a prompt"),
    ]

    assert problem_lines(faults, TOML) == [
        "line 5, aspect_ratio: must be one of 16:9, 1:1",
        "line 6, image_input, entry 2: is not in the inbox",
        "line 11, variables.title: is too long",
        "line 17, requests, entry 2, prompt: is required",
        "needs a prompt",
    ]
    assert problem_lines(faults[:1]) == ["aspect_ratio: must be one of 16:9, 1:1"]


def test_a_failed_text_says_what_happened_what_it_cost_and_what_to_do() -> None:
    text = failed_text(
        "No picture was made from inbox/card.toml.",
        ["line 2, aspect_ratio: must be 1:1", "word " * 30],
        charged="no",
        advice="Change the file and drop it again.",
    )

    assert text == (
        "No picture was made from inbox/card.toml.\n"
        "\n"
        "What happened\n"
        "- line 2, aspect_ratio: must be 1:1\n"
        f"- {' '.join(['word'] * 19)}\n"
        f"  {' '.join(['word'] * 11)}\n"
        "\n"
        "What it cost\n"
        "- Nothing was charged.\n"
        "\n"
        "What to do\n"
        "- Change the file and drop it again.\n"
    )


@pytest.mark.parametrize("said", ["It was stopped. Nothing was charged.", "a host; nothing was charged"])
def test_that_nothing_was_charged_is_said_once(said: str) -> None:
    text = failed_text("No picture.", [said], charged="no", advice="Try again.")

    assert text.lower().count("nothing was charged") == 1


@pytest.mark.parametrize(
    ("key", "stem"),
    [
        ("inbox/team/photo.jpg", "photo"),
        ("inbox/Grüße aus Köln.txt", "Grüße-aus-Köln"),
        ("inbox/100% + more?.v2.png", "100-more-.v2"),
        ("inbox/картинка 🍌.png", "картинка"),
        ("inbox/🍌.png", "file"),
        ("inbox/.png", "png"),
        ("inbox/हिन्दी.txt", "हिन्दी"),
        ("inbox/a__b.csv", "a__b"),
        ("inbox/" + "x" * 300 + ".txt", "x" * 100),
        ("presets/quote-card.toml", "quote-card"),
    ],
)
def test_a_stem_is_the_files_own_name_as_far_as_a_key_can_hold_it(key: str, stem: str) -> None:
    assert stem_of(key) == stem


@given(st.text(min_size=1))
def test_a_stem_of_anything_is_short_has_no_folder_and_is_itself_a_stem(name: str) -> None:
    stem = stem_of(f"inbox/{name}.txt")

    assert 0 < len(stem) <= MAX_STEM
    assert len(stem.encode()) <= 4 * MAX_STEM
    assert not set(stem) & set("/\\?%#&+ \n\x00")
    assert stem.strip("-.") == stem
    assert stem_of(f"{stem}.txt") == stem
