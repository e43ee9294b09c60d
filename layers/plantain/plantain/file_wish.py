"""A wish as people write it in a file: names with underscores, how many images, and whether it is only a trial."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel, to_snake

from plantain.faults import Fault, InvalidRequest, PromptMissing
from plantain.request import Terms
from plantain.validation import checked
from plantain.wish import Wish, check_wish

MAX_COUNT = 10  # more is a batch


class _Order(BaseModel):
    """What is asked around the wish."""

    model_config = ConfigDict(extra="ignore")

    count: Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)] = 1
    dry_run: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class FileWish:
    """`count` images of one wish; with `dry_run` only the plan of them."""

    wish: Wish
    count: int = 1
    dry_run: bool = False


def check_file_wish(document: Mapping[str, Any], terms: Terms) -> FileWish:
    """The checked wish in a file's table. Raises InvalidRequest, its pointers in the words of the file."""
    try:
        order = checked(_Order, document)
        body = {to_camel(name): value for name, value in document.items() if name not in _Order.model_fields}
        wish = check_wish(body, terms)
    except PromptMissing:
        raise InvalidRequest(Fault("", "needs a prompt, or the name of a preset")) from None
    except InvalidRequest as invalid:
        raise InvalidRequest(*named_as_in_files(invalid.faults)) from None
    return FileWish(wish, order.count, order.dry_run)


def named_as_in_files(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The same faults, their pointers with underscores."""
    return tuple(Fault(to_snake(fault.pointer), fault.detail) for fault in faults)
