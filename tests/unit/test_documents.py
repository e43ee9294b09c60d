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
        (toml_document, b'prompt = """a\n\n', 1, "is not valid TOML"),
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
