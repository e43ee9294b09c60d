"""Rows of a batch, read from CSV and JSON Lines as people and spreadsheets write them."""

import csv
import io
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantain.batches.batch import MAX_ROWS, BadRow
from plantain.batches.csv_rows import csv_rows
from plantain.batches.jsonl_rows import jsonl_rows
from plantain.batches.row import MAX_COLUMNS, Row
from plantain.batches.text_lines import MAX_LINE, text_lines
from plantain.documents import BadDocument


def lines_of(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def from_csv(text: str) -> list[Row | BadRow]:
    return list(csv_rows(text_lines([text.encode()])))


def from_jsonl(*values: Any) -> list[Row | BadRow]:
    return list(jsonl_rows(value if isinstance(value, str) else json.dumps(value) for value in values))


def documents(rows: list[Row | BadRow]) -> list[dict[str, Any]]:
    assert all(isinstance(row, Row) for row in rows), rows
    return [dict(row.document) for row in rows if isinstance(row, Row)]


def fault(row: Row | BadRow) -> str:
    assert isinstance(row, BadRow)
    return f"{row.faults[0].pointer} {row.faults[0].detail}".strip()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_table_is_read_whatever_has_written_it(delimiter: str, end: str, bom: str) -> None:
    table = [["prompt", "resolution", "id"], ["a leaf", "1K", "a"], ["", "", ""], ["a tree", "", "b"]]
    text = bom + end.join(delimiter.join(row) for row in table)

    rows = from_csv(text)

    assert documents(rows) == [{"prompt": "a leaf", "resolution": "1K"}, {"prompt": "a tree"}]
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 4)]


def test_a_row_is_at_the_line_where_it_begins() -> None:
    rows = from_csv('prompt\n"one\ntwo"\n\n"three"\n')

    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 5)]
    assert documents(rows)[0] == {"prompt": "one\ntwo"}


def test_columns_are_settings_in_any_spelling_and_else_variables_of_the_preset() -> None:
    rows = from_csv("Preset,Aspect Ratio,outputFormat,title,who\nquote-card,1:1,png,Plantains,\n")

    assert documents(rows) == [
        {
            "preset": "quote-card",
            "aspect_ratio": "1:1",
            "output_format": "png",
            "variables": {"title": "Plantains"},
        }
    ]


@pytest.mark.parametrize(
    ("cell", "value"), [("0.10", 0.1), ("2", 2), ("0,10", "0,10"), ("much", "much"), ("inf", "inf"), ("-1", "-1")]
)
def test_the_most_a_row_may_cost_is_a_number_where_it_is_one(cell: str, value: Any) -> None:
    (row,) = documents(from_csv(f"prompt;Max Cost\na leaf;{cell}\n"))

    assert row["max_cost"] == value


@pytest.mark.parametrize(
    ("heading", "variable"),
    [
        ("Quote", "quote"),
        ("QUOTE", "quote"),
        ("Main colour", "main_colour"),
        ("mainColour", "main_colour"),
        ("main-colour", "main_colour"),
        ("point2a", "point2a"),
        ("Größe", "Größe"),
    ],
)
def test_a_heading_is_a_variable_as_people_write_it(heading: str, variable: str) -> None:
    assert documents(from_csv(f"preset,{heading}\np,x\n")) == [{"preset": "p", "variables": {variable: "x"}}]


def test_two_headings_that_would_be_the_same_variable_stay_two() -> None:
    (row,) = documents(from_csv("preset,Quote,quote\np,x,y\n"))

    assert row["variables"] == {"Quote": "x", "quote": "y"}


def test_with_a_prompt_an_unknown_column_stays_where_it_is_found_out() -> None:
    assert documents(from_csv("prompt,colour\nx,red\n")) == [{"prompt": "x", "colour": "red"}]


@pytest.mark.parametrize(
    "cell",
    [
        "https://a/1.png|inbox/my photo.jpg",
        "https://a/1.png inbox/my photo.jpg",
        " https://a/1.png | inbox/my photo.jpg ",
    ],
)
def test_images_of_one_cell_are_divided_and_a_key_may_hold_spaces(cell: str) -> None:
    assert documents(from_csv(f"prompt,image_input\nx,{cell}\n"))[0]["image_input"] == [
        "https://a/1.png",
        "inbox/my photo.jpg",
    ]


@pytest.mark.parametrize(
    ("text", "detail", "line"),
    [
        ("", "is empty; the first line names the columns", 1),
        ("title,size\na,b\n", "needs a column prompt or preset; it has title, size", 1),
        ("prompt,Prompt\na,b\n", "names a column twice: prompt", 1),
        ("prompt,,b\na,b,c\n", "", None),
        ('prompt\n"never closed\nx\n', "is not valid CSV", 2),
        ('prompt\nfine\n"closed" too early\n', "is not valid CSV", 3),
        (
            ",".join(f"c{n}" for n in range(10_000)) + "\n",
            f"has 10000 columns; at most {MAX_COLUMNS} are taken",
            1,
        ),
        (f"prompt,{'A' * 200_000}\nx,y\n", "names a column with more than 200 characters", 1),
    ],
)
def test_a_table_that_cannot_be_read_says_where(text: str, detail: str, line: int | None) -> None:
    if line is None:  # one empty name is no fault of its own
        assert documents(from_csv(text)) == [{"prompt": "a", "": "b", "b": "c"}]
        return
    with pytest.raises(BadDocument) as bad:
        from_csv(text)

    assert bad.value.detail.startswith(detail)
    assert bad.value.line == line


def test_a_row_with_too_many_cells_is_bad_alone() -> None:
    rows = from_csv(f"prompt\n{','.join('x' * 10_000)}\nfine\n")

    assert fault(rows[0]) == "has 10000 cells, the first line names 1 columns"
    assert isinstance(rows[1], Row)


def test_each_row_has_its_own_id() -> None:
    rows = from_jsonl({"prompt": "x"}, {"prompt": "x", "id": "1"}, {"prompt": "x", "id": 7}, {"prompt": "x"})

    assert fault(rows[1]) == "/id is 1, as that of line 1; each row needs its own"
    assert [row.id for row in rows if isinstance(row, Row)] == ["1", "7", "4"]


@pytest.mark.parametrize("id", ["../x", "a b", "", "-a", "ä", "a" * 65, True, 1.5, ["a"]])
def test_an_id_is_safe_in_a_key(id: Any) -> None:
    (row,) = from_jsonl({"prompt": "x", "id": id})

    assert fault(row).startswith("/id must have 1 to 64 letters")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("{broken", "is not valid JSON: Expecting property name enclosed in double quotes"),
        ("[]", "must be a JSON object: { … }"),
        ("[" * 100_000, "is not valid JSON"),
        (json.dumps({"prompt": "x", "A" * 200_000: 1}), "names a field with more than 200 characters"),
        (json.dumps({str(n): 1 for n in range(101)}), f"has 101 fields; at most {MAX_COLUMNS} are taken"),
    ],
)
def test_a_line_that_is_no_object_is_bad_alone(text: str, detail: str) -> None:
    rows = from_jsonl(text, "", {"prompt": "fine"})

    assert fault(rows[0]) == detail
    assert (rows[1].number, rows[1].line) == (2, 3)


def test_of_json_too_what_is_no_setting_is_a_variable_unless_variables_are_given() -> None:
    rows = from_jsonl(
        {"preset": "p", "title": "T", "aspectRatio": "1:1"}, {"preset": "p", "variables": {}, "x": 1}
    )

    assert documents(rows) == [
        {"preset": "p", "aspectRatio": "1:1", "variables": {"title": "T"}},
        {"preset": "p", "variables": {}, "x": 1},
    ]


def test_more_rows_than_a_map_may_have_are_refused() -> None:
    assert len(list(csv_rows(iter(["prompt\n", *["x\n"] * MAX_ROWS])))) == MAX_ROWS
    with pytest.raises(BadDocument, match=f"line {MAX_ROWS + 2}: has more than {MAX_ROWS} rows"):
        list(csv_rows(iter(["prompt\n", *["x\n"] * (MAX_ROWS + 1)])))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1).map(str.strip).filter(bool)


@given(
    rows=st.lists(st.dictionaries(st.sampled_from(["prompt", "style", "title"]), WORDS, min_size=1), min_size=1),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    sizes=st.lists(st.integers(1, 50), min_size=1),
)
def test_what_a_spreadsheet_writes_comes_back(
    rows: list[dict[str, str]], delimiter: str, end: str, sizes: list[int]
) -> None:
    """In any pieces: every cell as it was, newlines and quotes included."""
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, ["prompt", "style", "title"], delimiter=delimiter, lineterminator=end)
    table.writeheader()
    table.writerows(rows)
    content = written.getvalue().encode()
    starts = [0]
    while starts[-1] < len(content):
        starts.append(starts[-1] + sizes[len(starts) % len(sizes)])
    pieces = [content[a:b] for a, b in pairwise(starts)]

    assert documents(list(csv_rows(text_lines(pieces)))) == rows


@given(st.lists(st.dictionaries(st.sampled_from(["prompt", "title", "size"]), WORDS | st.integers()), min_size=1))
def test_what_a_program_writes_as_json_lines_comes_back(rows: list[dict[str, Any]]) -> None:
    content = "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()

    assert documents(list(jsonl_rows(text_lines([content])))) == rows


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 7))
def test_lines_are_those_of_the_text_in_whatever_pieces_it_comes(text: str, size: int) -> None:
    content = text.encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    expected = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    assert "".join(text_lines(pieces)) == expected


def test_a_line_without_end_is_not_kept_in_memory() -> None:
    pieces = (b"x" * 10_000 for _ in range(10**9))

    with pytest.raises(BadDocument, match=f"line 1: is longer than {MAX_LINE} characters"):
        list(text_lines(pieces))


def test_text_that_is_not_utf_8_says_in_which_line() -> None:
    with pytest.raises(BadDocument, match="line 3: is not UTF-8 text"):
        list(text_lines([b"prompt\nfine\n", "schöne Tage\n".encode("latin-1")]))
