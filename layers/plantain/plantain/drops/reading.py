"""Reads what was dropped: the fields of the wish that a file stands for, as wishes/file_wish.py has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plantain.documents import BadDocument, json_document, text_of, toml_document
from plantain.drops.dropped import Kind, folder_of
from plantain.drops.words import AGAIN, NO_PICTURE, SMALLER
from plantain.faults import Fault
from plantain.images.format import MAGIC_BYTES, format_of
from plantain.inbox.bucket import InboxObject, inbox
from plantain.inbox.file_kinds import MAX_UPLOAD_BYTES
from plantain.reports.problem_lines import problem_lines

# A prompt of 10,000 letters has at most 40,000 bytes in any language.
MAX_TEXT_BYTES = 40_000
MAX_REQUEST_BYTES = 250_000  # a prompt and fifty variables, several times over

ABOUT_FOLDERS = (
    "Put the picture into a folder that is named as a preset. Where a preset needs words besides the picture, "
    "drop a request (.toml) that names the preset, the words and the picture."
)


class Unusable(Exception):
    """No picture can be made of a file: `problems` are clauses or sentences, `advice` says what to do."""

    def __init__(self, *problems: str, advice: str = AGAIN) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of a wish, and the text that they stand in, where it has lines that people can look up."""

    fields: dict[str, Any]
    text: str | None = None
    advice: str = AGAIN

    def unusable(self, faults: Sequence[Fault]) -> Unusable:
        """The faults of these fields, in words."""
        return Unusable(*problem_lines(faults, self.text), advice=self.advice)


def document_of(found: InboxObject, kind: Kind) -> Document:
    """What a file of this kind asks for. Raises Unusable."""
    if kind == "image":
        return _image(found)
    limit = MAX_TEXT_BYTES if kind == "text" else MAX_REQUEST_BYTES
    if found.size > limit:
        raise Unusable(f"The file has {found.size:,} bytes; it may have {limit:,} at the most.")
    content = inbox().read(found.reference, limit)
    try:
        if kind == "text":
            return _text(text_of(content))
        read = toml_document if kind == "toml" else json_document
        return Document(read(content), text_of(content))
    except BadDocument as bad:
        where = f"In line {bad.line}: the" if bad.line else "The"
        raise Unusable(f"{where} file {bad.detail}.") from None


def _image(found: InboxObject) -> Document:
    if found.size > MAX_UPLOAD_BYTES:
        raise Unusable(
            f"The picture has {found.size:,} bytes; it may have {MAX_UPLOAD_BYTES:,} "
            f"({MAX_UPLOAD_BYTES // 10**6} MB) at the most.",
            advice=SMALLER,
        )
    if format_of(inbox().read(found.reference, MAGIC_BYTES)) is None:
        raise Unusable(
            "The file is called a picture, but what is in it is no PNG, JPEG or WebP picture.", advice=NO_PICTURE
        )
    fields = {"preset": folder_of(found.key), "image_input": [found.reference]}
    return Document(fields, advice=ABOUT_FOLDERS)


def _text(text: str) -> Document:
    if not text.strip():
        raise Unusable("The file is empty: it has to say what is to be drawn.")
    return Document({"prompt": text})
