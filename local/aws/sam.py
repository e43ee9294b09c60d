"""Turns a SAM template on disk into plain CloudFormation whose code lies in the emulator."""

import logging
import os
import re
import subprocess
import sys
import tempfile
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


def parameter_faults(path: Path, given: Mapping[str, str]) -> list[str]:
    """What CloudFormation would refuse of these parameters, a sentence each."""
    declared = yaml_parse(path.read_text()).get("Parameters") or {}
    if unknown := sorted(given.keys() - declared.keys()):
        return [f"{path.name} has no parameter {', '.join(unknown)}."]
    faults = ((name, _fault(declared[name], value)) for name, value in given.items())
    return [f"{name} is {given[name]!r}, but it {fault}." for name, fault in faults if fault]


def _fault(declared: Mapping[str, Any], value: str) -> str:
    if declared["Type"] == "Number":
        if not re.fullmatch(r"[-+]?\d+(\.\d+)?", value, re.ASCII):
            return "must be a number"
        low, high = declared.get("MinValue"), declared.get("MaxValue")
        if low is not None and float(value) < low:
            return f"must be {low} or more"
        if high is not None and float(value) > high:
            return f"must be {high} or less"
    if (allowed := [str(one) for one in declared.get("AllowedValues", [])]) and value not in allowed:
        return f"must be one of {', '.join(allowed)}"
    if len(value) > (longest := declared.get("MaxLength", len(value))):
        return f"must have {longest} characters or fewer"
    if (pattern := declared.get("AllowedPattern")) and not re.fullmatch(pattern, value):
        told = declared.get("ConstraintDescription")
        return str(told).strip().rstrip(".") if told else f"must match {pattern}"
    return ""


def parameter_default(path: Path, name: str) -> str:
    return str(yaml_parse(path.read_text())["Parameters"][name]["Default"])


def _upload_code(template: Template, base: Path, artifacts: ArtifactStore, layer_dirs: Mapping[str, Path]) -> None:
    shared = ((template.get("Globals") or {}).get("Function") or {}).get("CodeUri")
    for name, resource in template["Resources"].items():
        properties = resource.setdefault("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function" if _is_local(uri := properties.get("CodeUri", shared)):
                properties["CodeUri"] = artifacts.put(
                    zip_of(base / uri, with_bytecode=_is_built(resource)), ".zip"
                )
            case "AWS::Serverless::LayerVersion" if _is_local(properties.get("ContentUri")):
                content = _layer_zip(name, resource, base, layer_dirs.get(name))
                properties["ContentUri"] = artifacts.put(content, ".zip")
            case "AWS::Serverless::StateMachine" if _is_local(uri := properties.get("DefinitionUri")):
                properties["DefinitionUri"] = artifacts.put((base / uri).read_bytes(), Path(uri).suffix)


def _is_local(uri: Any) -> bool:
    return isinstance(uri, str) and not re.match(r"[a-z0-9]+://", uri)


def _is_built(resource: Template) -> bool:
    """Whether `sam build` has made this: it leaves its mark."""
    return "SamResourceId" in (resource.get("Metadata") or {})


def _layer_zip(name: str, resource: Template, base: Path, built: Path | None) -> bytes:
    """As `sam build` does it: by the layer's makefile; a python BuildMethod puts the content under python/."""
    if built is not None:
        if not (built / "python").is_dir():
            raise ValueError(f"layer {name}: {built} holds no folder python/")
        return zip_of(built, with_bytecode=True)
    content = base / resource["Properties"]["ContentUri"]
    if _is_built(resource):
        return zip_of(content, with_bytecode=True)
    match str((resource.get("Metadata") or {}).get("BuildMethod", "")):
        case "makefile":
            return _made(name, content)
        case method if method.startswith("python") and not (content / "requirements.txt").exists():
            return zip_of(content, prefix="python/")
        case "":
            return zip_of(content)
        case method:
            raise ValueError(f"layer {name} has BuildMethod {method}: build it and pass its folder in layer_dirs")


def _made(name: str, content: Path) -> bytes:
    """What the layer's makefile makes for this machine."""
    # A make around us would hand on its own options and variables.
    environment = {
        key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    }
    with tempfile.TemporaryDirectory() as folder:
        environment |= {"ARTIFACTS_DIR": folder, "ARCH": "native", "PYTHON": sys.executable}
        command = ["make", "--silent", f"build-{name}"]
        subprocess.run(command, cwd=content, env=environment, check=True)
        return zip_of(Path(folder), with_bytecode=True)
