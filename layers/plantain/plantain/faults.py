"""What can be wrong with a request: a closed set, each naming the field."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad field: a JSON pointer (RFC 6901) and what is wrong with it."""

    pointer: str
    detail: str


class PromptMissing(Exception):
    """The prompt is missing, empty or blank."""


class InvalidRequest(Exception):
    """One or more fields are bad; `faults` names each."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = faults
