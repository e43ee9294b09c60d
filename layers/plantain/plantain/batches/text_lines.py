"""Lines of text from bytes as they come: no file is ever whole in memory."""

import codecs
import io
from collections.abc import Iterable, Iterator

from plantain.documents import BadDocument

MAX_LINE = 200_000  # characters: a wish with the longest prompt and every variable


def text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of a UTF-8 file, with or without a BOM, each but the last with a newline. Raises BadDocument."""
    decode = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")(), translate=True).decode
    number, rest = 1, ""
    for chunk, final in _marked(chunks):
        try:
            text = decode(chunk, final)
        except UnicodeDecodeError as broken:
            broken_at = number + rest.count("\n") + chunk[: broken.start].count(b"\n")
            raise BadDocument("is not UTF-8 text; save the file as UTF-8", broken_at) from None
        *whole, rest = (rest + text).split("\n")  # a line separator of Unicode's may stand in a prompt
        for line in whole:
            yield f"{line}\n"
            number += 1
        if len(rest) > MAX_LINE:
            raise BadDocument(f"is longer than {MAX_LINE} characters", number)
    if rest:
        yield rest


def _marked(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for chunk in chunks:
        yield chunk, False
    yield b"", True
