"""What `help()` and editors show of a function that performs an operation."""

import inspect
from collections.abc import Callable


def signature_of(operation: Callable[..., object], *, method: bool) -> inspect.Signature:
    """The operation's own signature, with its result in place of the generator; `method` adds `self`."""
    signature = inspect.signature(operation)
    itself = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)] if method else []
    result = signature.return_annotation.__args__[-1]  # Generator[what it yields, what it gets, its result]
    return signature.replace(parameters=[*itself, *signature.parameters.values()], return_annotation=result)
