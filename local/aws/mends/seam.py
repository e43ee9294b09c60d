"""How a mend takes hold of ministack: private names, each checked before it is touched."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from local.aws.code_store import CodeStore
from local.aws.pool import Pool

EXPECTED = "1.5.33"
Function = Callable[..., Any]


@dataclass
class LambdaHost:
    """What mends may need of ours: the children, their code, and the address they find AWS at.

    `prepare(function name)` starts a child ahead of its first call, once the Lambda runtime is mended in.
    """

    pool: Pool
    store: CodeStore
    endpoint: str
    prepare: Callable[[str], None] = lambda _name: None


Mend = Callable[[LambdaHost], None]


class SeamMissing(RuntimeError):
    """ministack has changed where a mend holds on to it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"ministack {version('ministack')} has no {name}; local/aws/mends expects ministack "
            f"{EXPECTED}: pin that, or move the mend (its file says when to delete it)"
        )


def seam(module_name: str, name: str) -> Any:
    """`ministack.<module_name>.<name>`. Raises SeamMissing."""
    module = importlib.import_module(f"ministack.{module_name}")
    if not hasattr(module, name):
        raise SeamMissing(f"ministack.{module_name}.{name}")
    return getattr(module, name)


def replace(module_name: str, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of a module's function or constant. Raises SeamMissing."""
    replacement = make(seam(module_name, name))
    setattr(importlib.import_module(f"ministack.{module_name}"), name, replacement)


def replace_handler(resource_type: str, action: str, make: Callable[[Function], Function]) -> None:
    """Put `make(original)` in the place of what CloudFormation does to a resource. Raises SeamMissing."""
    handlers = seam("services.cloudformation.provisioners", "_RESOURCE_HANDLERS")
    if action not in handlers.get(resource_type, {}):
        raise SeamMissing(f"CloudFormation handler to {action} {resource_type}")
    handlers[resource_type][action] = make(handlers[resource_type][action])
