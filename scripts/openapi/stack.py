"""What the template says of the API: its routes, and the prices that a stack has if nobody says otherwise."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_TEMPLATE = Path(__file__).parent.parent.parent / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads past CloudFormation's short tags."""


def _nothing(_loader: _Loader, _suffix: str, _node: yaml.Node) -> None:
    return None


_Loader.add_multi_constructor("!", _nothing)


@dataclass(frozen=True)
class Route:
    """A method in capitals, a path, and whether it is open to all."""

    method: str
    path: str
    open: bool


@functools.cache
def _template() -> Any:
    return yaml.load(_TEMPLATE.read_text(), _Loader)  # noqa: S506


def prices() -> str:
    """The default of the parameter KiePrices."""
    return str(_template()["Parameters"]["KiePrices"]["Default"])


@functools.cache
def routes() -> dict[str, Route]:
    """By the verb that is the function's folder."""
    found = {}
    for resource in _template()["Resources"].values():
        if event := resource["Properties"].get("Events", {}).get("Http"):
            http = event["Properties"]
            is_open = http.get("Auth") == {"Authorizer": "NONE"}
            verb = resource["Properties"]["CodeUri"].removeprefix("functions/")
            found[verb] = Route(http["Method"], http["Path"], is_open)
    return found
