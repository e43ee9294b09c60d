"""A wish as people write it in a file: names with underscores, how many images, and whether it is only a trial."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel, to_snake

from plantain.faults import Fault, InvalidRequest, PromptMissing, escaped
from plantain.validation import MAX_FAULTS, NOT_KNOWN, checked
from plantain.wishes.terms import Terms
from plantain.wishes.wish import Wish, check_wish

MAX_COUNT = 10  # more is a batch


class _Order(BaseModel):
    """What is asked around the wish."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)

    count: Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)] = 1
    dry_run: Annotated[bool, Field(strict=True)] = False


_AROUND = {to_camel(name) for name in _Order.model_fields}


@dataclass(frozen=True, slots=True)
class FileWish:
    """`count` images of one wish, whose `max_cost` is its share for each; with `dry_run` only the plan of them."""

    wish: Wish
    count: int = 1
    dry_run: bool = False


def check_file_wish(document: Mapping[str, Any], terms: Terms) -> FileWish:
    """The checked wish in a file's table. Raises InvalidRequest, its pointers in the words of the file."""
    if twice := [name for name, times in Counter(map(to_camel, document)).items() if times > 1]:
        faults = [Fault(f"/{escaped(name)}", "is given twice") for name in twice[:MAX_FAULTS]]
        raise InvalidRequest(*as_written(faults, document))
    body = {to_camel(name): value for name, value in document.items()}
    faults, order, wish = [], _Order(), None
    try:
        order = checked(_Order, body)
    except InvalidRequest as invalid:
        faults += invalid.faults
    try:
        wish = _wish_in({name: value for name, value in body.items() if name not in _AROUND}, terms)
    except InvalidRequest as invalid:
        faults += [_with_advice(fault) for fault in invalid.faults] if "preset" in body else invalid.faults
    if faults or wish is None:
        raise InvalidRequest(*as_written(faults[:MAX_FAULTS], document))
    if wish.max_cost is not None:  # as it is written, it is for all of them
        wish = replace(wish, max_cost=wish.max_cost / order.count)
    return FileWish(wish, order.count, order.dry_run)


def _wish_in(fields: Mapping[str, Any], terms: Terms) -> Wish:
    try:
        return check_wish(fields, terms)
    except PromptMissing:
        missing = Fault("", "needs a prompt, or the name of a preset")
    try:
        check_wish({**fields, "prompt": "as good as any"}, terms)
    except InvalidRequest as invalid:
        raise InvalidRequest(missing, *invalid.faults) from None
    raise InvalidRequest(missing)


def _with_advice(fault: Fault) -> Fault:
    """Variables stand beside the preset's name in a list (batches/row.py), and so people write them in a file."""
    if fault.detail != NOT_KNOWN or fault.pointer.count("/") != 1:
        return fault
    name = to_snake(fault.pointer[1:])
    return replace(fault, detail=f"{NOT_KNOWN}; what the preset asks for goes into variables = {{ {name} = … }}")


def as_written(faults: Iterable[Fault], document: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The same faults, the fields in their pointers named as in the file; with underscores what is not in it."""
    names = {escaped(to_camel(name)): escaped(name) for name in document}
    return tuple(replace(fault, pointer=_as_written(fault.pointer, names)) for fault in faults)


def _as_written(pointer: str, names: Mapping[str, str]) -> str:
    """Only the first part is a field's name; those below it are the author's own."""
    _, _, path = pointer.partition("/")
    field, slash, below = path.partition("/")
    return f"/{names.get(to_camel(field)) or to_snake(field)}{slash}{below}" if path else pointer
