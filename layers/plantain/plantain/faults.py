"""What can be wrong with a request: a closed set, each naming the field."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad field: a JSON pointer (RFC 6901) and what is wrong with it."""

    pointer: str
    detail: str


def escaped(name: str) -> str:
    """A name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


class PromptMissing(Exception):
    """The prompt is missing, empty or blank."""


class InvalidRequest(Exception):
    """One or more fields are bad; `faults` names each."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = faults


class PresetUnknown(InvalidRequest):
    """No preset has this name, or it was never used in that version. `detail` says which there are."""

    def __init__(self, detail: str) -> None:
        super().__init__(Fault("/preset", detail))
        self.detail = detail


class MaxCostExceeded(InvalidRequest):
    """What is asked for costs more than the wish allows; `clause` names both, after the name of the field.

    `price` is that of one image, in USD.
    """

    def __init__(self, clause: str, price: float) -> None:
        super().__init__(Fault("/maxCost", clause))
        self.clause = clause
        self.price = price


class PresetBroken(InvalidRequest):
    """The preset's own file, or the brand profile that it wants, is at fault; `problems` names each."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(*(Fault("/preset", f"{name} is broken: {problem}") for problem in problems))
        self.name = name
        self.problems = tuple(problems)
