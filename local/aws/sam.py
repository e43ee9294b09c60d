"""Turns a SAM template on disk into plain CloudFormation whose code lies in the emulator."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.aws.artifacts import ArtifactStore, zip_of
from local.aws.environment import ACCOUNT, REGION

Template = dict[str, Any]


class _NoManagedPolicies:
    """The translator carries AWS's own list of managed policies and asks this only for what is not in it."""

    def load(self) -> dict[str, str]:
        return {}


def to_cloudformation(
    path: Path, parameters: Mapping[str, str], artifacts: ArtifactStore, layer_dirs: Mapping[str, Path]
) -> Template:
    """Upload what the template names by local path, then do the work of AWS::Serverless.

    Raises ValueError for a layer that has to be built first, FileNotFoundError for a path that is not there.
    """
    # it complains at exit of metrics that it was never asked to publish
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
    template: Template = yaml_parse(path.read_text())
    _upload_code(template, path.parent, artifacts, layer_dirs)
    values = {
        "AWS::Region": REGION,
        "AWS::Partition": "aws",
        "AWS::AccountId": ACCOUNT,
        **parameters,
        **_lists(template, parameters),
    }
    translated: Template = transform(template, values, _NoManagedPolicies())
    return translated


def _lists(template: Template, parameters: Mapping[str, str]) -> dict[str, list[str]]:
    """Parameters that are lists, as lists: the translator puts them in as it gets them."""
    declared = {
        name: declaration
        for name, declaration in (template.get("Parameters") or {}).items()
        if declaration["Type"] == "CommaDelimitedList" or declaration["Type"].startswith("List<")
    }
    given = {name: parameters.get(name, declaration.get("Default")) for name, declaration in declared.items()}
    return {
        name: [part.strip() for part in str(text).split(",")] for name, text in given.items() if text is not None
    }


def parameter_names(path: Path) -> set[str]:
    return set(yaml_parse(path.read_text()).get("Parameters") or {})


def _upload_code(template: Template, base: Path, artifacts: ArtifactStore, layer_dirs: Mapping[str, Path]) -> None:
    shared = ((template.get("Globals") or {}).get("Function") or {}).get("CodeUri")
    for name, resource in template["Resources"].items():
        properties = resource.setdefault("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function" if _is_local(uri := properties.get("CodeUri", shared)):
                properties["CodeUri"] = artifacts.put(zip_of(base / uri), ".zip")
            case "AWS::Serverless::LayerVersion" if _is_local(properties.get("ContentUri")):
                content = _layer_zip(name, resource, base, layer_dirs.get(name))
                properties["ContentUri"] = artifacts.put(content, ".zip")
            case "AWS::Serverless::StateMachine" if _is_local(uri := properties.get("DefinitionUri")):
                properties["DefinitionUri"] = artifacts.put((base / uri).read_bytes(), Path(uri).suffix)


def _is_local(uri: Any) -> bool:
    return isinstance(uri, str) and not re.match(r"[a-z0-9]+://", uri)


def _layer_zip(name: str, resource: Template, base: Path, built: Path | None) -> bytes:
    """As `sam build` does it: a python BuildMethod puts the content under python/, none leaves it alone."""
    if built is not None:
        if not (built / "python").is_dir():
            raise ValueError(f"layer {name}: {built} holds no folder python/")
        return zip_of(built, with_bytecode=True)
    content = base / resource["Properties"]["ContentUri"]
    method = str((resource.get("Metadata") or {}).get("BuildMethod", ""))
    if method.startswith("python") and not (content / "requirements.txt").exists():
        return zip_of(content, prefix="python/")
    if method:
        raise ValueError(f"layer {name} has BuildMethod {method}: build it and pass its folder in layer_dirs")
    return zip_of(content)
