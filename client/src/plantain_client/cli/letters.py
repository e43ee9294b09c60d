"""Which letters are shown: those that move nothing, and that the output's encoding has."""

import io
import sys


def plain(text: str) -> str:
    """The text without what moves cursors or breaks lines: it may be anybody's."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def write_what_can_be_written() -> None:
    """Standard output and error that show a question mark for a letter their encoding has not, and go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def can_write(encoding: str, text: str) -> bool:
    """Whether an encoding has all letters of the text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
