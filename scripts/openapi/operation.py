"""What is said of an operation by hand. Its method, its path and who may call are the template's."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Good:
    """A good end. `kind` is its JSON, None where there is none; `example` is one, or makes one for a model."""

    meaning: str
    kind: type | None = None
    example: Any = None
    _: KW_ONLY
    headers: str = ""
    """Their names, apart from those that every answer has and those of the rate."""


@dataclass(frozen=True)
class Body:
    """What is asked for: JSON of one of these types."""

    kinds: tuple[type, ...]
    examples: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """`verb` is the folder of its function, `ends` are its good ones by their status, the usual one first."""

    verb: str
    name: str
    summary: str
    text: str
    ends: Mapping[int, Good]
    _: KW_ONLY
    body: Body | None = None
    parameters: tuple[Mapping[str, Any], ...] = ()
    problems: str
    """Names in problems.PROBLEMS, apart from `too-large`, which every body may be."""
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Where to go on: an operation, and the field of the answer that is its parameter of that name."""
