"""The template and the state machine as plain data, with CloudFormation's short tags written out."""

import functools
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.conftest import ROOT

FUNCTIONS = ROOT / "functions"
LAYER = ROOT / "layers" / "plantain" / "plantain"
ASL_FILE = ROOT / "statemachine" / "generate_image.asl.yaml"

Node = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as {"Ref": "x"} and `!Sub x` as {"Fn::Sub": "x"}."""


def _tag(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tag)


@functools.cache
def template() -> Node:
    """template.yaml."""
    loaded: Node = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
    return loaded


@functools.cache
def asl() -> Node:
    """The state machine; its substitutions are still in it."""
    loaded: Node = yaml.safe_load(ASL_FILE.read_text())
    return loaded


def resources(kind: str) -> dict[str, Node]:
    """The properties of all resources of this type, by logical id."""
    found = template()["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}


def lambdas() -> dict[str, tuple[str, Node]]:
    """Logical id and properties of every function, by the verb that names its folder."""
    found = resources("AWS::Serverless::Function").items()
    return {properties["CodeUri"].removeprefix("functions/"): (name, properties) for name, properties in found}


def verbs() -> list[str]:
    """The folders of functions/."""
    return sorted(path.name for path in FUNCTIONS.iterdir() if path.is_dir() and path.name != "__pycache__")


def statements(properties: Node) -> list[Node]:
    """The policy statements that a function or state machine carries itself."""
    found: list[Node] = properties.get("Policies", {}).get("Statement", [])
    return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def nodes(value: Any) -> Iterator[Any]:
    """The value and everything in it."""
    yield value
    match value:
        case dict():
            for part in value.values():
                yield from nodes(part)
        case list():
            for part in value:
                yield from nodes(part)


def references(value: Any) -> set[str]:
    """The logical ids, parameters and pseudo parameters that an expression names."""
    found: set[str] = set()
    for node in nodes(value):
        if isinstance(node, dict):
            if isinstance(name := node.get("Ref"), str):
                found.add(name)
            if "Fn::GetAtt" in node:
                found.add(node["Fn::GetAtt"][0])
            if isinstance(text := node.get("Fn::Sub"), str):
                found |= {name.split(".")[0] for name in re.findall(r"\$\{([\w:]+(?:\.\w+)*)\}", text)}
    return found


def conditions_used(value: Any) -> set[str]:
    """The conditions that are named by Fn::If or by a resource's Condition."""
    found: set[str] = set()
    for node in nodes(value):
        if isinstance(node, dict):
            if isinstance(condition := node.get("Condition"), str):
                found.add(condition)
            if "Fn::If" in node:
                found.add(node["Fn::If"][0])
    return found
