"""Files as people save them."""

from collections.abc import Callable

import pytest

from plantain.documents import BadDocument, json_document, toml_document


@pytest.mark.parametrize("content", [b'prompt = "a"\ncount = 2', b'\xef\xbb\xbfprompt = "a"\r\ncount = 2\r\n'])
def test_a_toml_file_is_read_with_any_line_ends_and_with_a_bom(content: bytes) -> None:
    assert toml_document(content) == {"prompt": "a", "count": 2}


def test_a_json_file_is_read_with_a_bom() -> None:
    assert json_document(b'\xef\xbb\xbf{"prompt": "a"}\r\n') == {"prompt": "a"}


@pytest.mark.parametrize(
    ("read", "content", "line", "said"),
    [
        (toml_document, b'prompt = "a"\ncount = ', 2, "is not valid TOML"),
        (toml_document, b'prompt = """a\n\n', 1, 'begins with """ or'),
        (toml_document, b"prompt = '''a\n\n", 1, 'begins with """ or'),
        (toml_document, b'\n\nprompt = "\xff"', 3, "save the file as UTF-8"),
        (json_document, b'{\n  "prompt": a\n}', 2, "is not valid JSON"),
        (json_document, b"[1]", 1, "must be a JSON object"),
        (json_document, b"[" * 100_000, None, "is not valid JSON"),
        (json_document, b"9" * 5000, None, "is not valid JSON"),
        (json_document, b'{"a": {"prompt": 1, "prompt": 2}}', None, "gives prompt twice"),
        (json_document, b'{"a": [{"' + b"x" * 201 + b'": 1}]}', None, "a name of 201 characters, and 200 are"),
        (json_document, b'{"\\ud800": 1}', None, r"a character that cannot be shown: '\ud800'"),
        (toml_document, b"a = [{" + b"x" * 201 + b" = 1}]", None, "a name of 201 characters, and 200 are"),
        (toml_document, b'prompt = "a"\n' + b"a." * 120_000 + b"a = 1", 2, "more than 1000 dots in one line"),
        (toml_document, b"a = " + b"[" * 100_000, None, "is not valid TOML"),
    ],
)
def test_a_broken_file_is_told_with_its_line(
    read: Callable[[bytes], object], content: bytes, line: int | None, said: str
) -> None:
    with pytest.raises(BadDocument) as bad:
        read(content)

    assert bad.value.line == line
    assert said in bad.value.detail


QUOTES = 'words stand between straight quotation marks: {}"…"'


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("resolution = 2K", "resolution = "),
        ("aspect_ratio = 1:1", "aspect_ratio = "),
        ("prompt = A leaf in the sun", "prompt = "),
        ('prompt = "A leaf', "prompt = "),
        ("prompt = 'A leaf", "prompt = "),
        ('prompt = A leaf"', "prompt = "),
        ("prompt = \u201cA leaf\u201d", "prompt = "),
        ("prompt = \u201eA leaf\u201c", "prompt = "),
        ('prompt = "A leaf\u201d', "prompt = "),
        ('prompt = "A "green" leaf"', "prompt = "),
        ("preset = quote-card  # our own", "preset = "),
        ("image_input = [inbox/a.png]", "image_input = "),
        ("image_input = [\n  inbox/a.png,\n]", ""),
        ("variables = { quote = Less }", "variables = "),
        ("variables.quote = Less", "variables.quote = "),
    ],
)
def test_quotation_marks_that_were_forgotten_or_curly_are_told_as_such(line: str, name: str) -> None:
    with pytest.raises(BadDocument) as bad:
        toml_document(f'style = "flat"\n{line}\n'.encode())

    assert bad.value.line == (3 if "\n" in line else 2)
    assert bad.value.detail == "cannot be read: " + QUOTES.format(name)


@pytest.mark.parametrize(
    "line",
    ["count =", "at = 2026-13-40", "brand = true, false", "[variables", "prompt", "count = 03"],
)
def test_other_mistakes_come_with_the_way_a_line_is_written(line: str) -> None:
    with pytest.raises(BadDocument) as bad:
        toml_document(line.encode())

    assert bad.value.detail.startswith("is not valid TOML: ")
    assert bad.value.detail.endswith('; its lines read: name = "words", or: name = 3')
