"""A wish as people write it in a file: names with underscores, how many images, and whether it is only a trial."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel, to_snake

from plantain.faults import Fault, InvalidRequest, PromptMissing, escaped
from plantain.request import Terms
from plantain.validation import MAX_FAULTS, checked
from plantain.wish import Wish, check_wish

MAX_COUNT = 10  # more is a batch


class _Order(BaseModel):
    """What is asked around the wish."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)

    count: Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)] = 1
    dry_run: Annotated[bool, Field(strict=True)] = False


_AROUND = {to_camel(name) for name in _Order.model_fields}


@dataclass(frozen=True, slots=True)
class FileWish:
    """`count` images of one wish; with `dry_run` only the plan of them."""

    wish: Wish
    count: int = 1
    dry_run: bool = False


def check_file_wish(document: Mapping[str, Any], terms: Terms) -> FileWish:
    """The checked wish in a file's table. Raises InvalidRequest, its pointers in the words of the file."""
    body = {to_camel(name): value for name, value in document.items()}
    try:
        if twice := [name for name, times in Counter(map(to_camel, document)).items() if times > 1]:
            raise InvalidRequest(*(Fault(f"/{escaped(name)}", "is given twice") for name in twice[:MAX_FAULTS]))
        order = checked(_Order, body)
        wish = check_wish({name: value for name, value in body.items() if name not in _AROUND}, terms)
    except PromptMissing:
        raise InvalidRequest(Fault("", "needs a prompt, or the name of a preset")) from None
    except InvalidRequest as invalid:
        raise InvalidRequest(*as_written(invalid.faults, document)) from None
    return FileWish(wish, order.count, order.dry_run)


def as_written(faults: Iterable[Fault], document: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The same faults, the fields in their pointers named as in the file; with underscores what is not in it."""
    names = {escaped(to_camel(name)): escaped(name) for name in document}
    return tuple(replace(fault, pointer=_as_written(fault.pointer, names)) for fault in faults)


def _as_written(pointer: str, names: Mapping[str, str]) -> str:
    """Only the first part is a field's name; those below it are the author's own."""
    _, _, path = pointer.partition("/")
    field, slash, below = path.partition("/")
    return f"/{names.get(to_camel(field)) or to_snake(field)}{slash}{below}" if path else pointer
