"""What imports what: the domain knows nobody, each outside system has one module, and a cold start stays light."""

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter

import pytest

from tests.conftest import ROOT
from tests.pages import PAGES
from tests.template.stack import FUNCTIONS, LAYER, verbs

MODULES = sorted(
    ".".join(path.relative_to(LAYER).with_suffix("").parts)
    for path in LAYER.rglob("*.py")
    if path.stem != "__init__"
)
DOMAIN_OF = {
    "": "documents errors even_numbers faults formats job models refusals task times validation",
    "batches": "answers batch csv_rows jsonl_rows request row text_lines",
    "drops": "dropped words",
    "http": "problem_details",
    "images": "end format jpeg_end",
    "inbox": "answers file_kinds keys upload_request",
    "jobs": "answers failure_words",
    "kie": "answers record words",
    "network": "addresses",
    "pace": "answers clock rate_limit",
    "planning": "answers",
    "presets": "answers brand composing fields file keys preset template_text",
    "reports": "failed_text field_lines problem_lines",
    "schedules": "answers check cron cron_field filling kept moments recurrence run schedule timing words",
    "spending": "answers budgets counters prices usage_question",
    "steps": "canonical polling",
    "wishes": "file_wish preset_wish request terms wish",
}
DOMAIN = {f"{room}.{name}".strip(".") for room, names in DOMAIN_OF.items() for name in names.split()}


@cache
def imported(module: str) -> frozenset[str]:
    """The full names that a module of plantain imports, at its head or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(LAYER.joinpath(*module.split(".")).with_suffix(".py").read_text())):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(source), names=names) if LAYER.parent.joinpath(
                *source.split(".")
            ).is_dir():
                found |= {f"{source}.{alias.name}" for alias in names}
            case ast.ImportFrom(module=str(source)):
                found.add(source)
    return frozenset(found)


def ours(module: str) -> set[str]:
    return {name.removeprefix("plantain.") for name in imported(module) if name.startswith("plantain.")}


def importers(library: str) -> set[str]:
    return {module for module in MODULES if any(name.split(".")[0] == library for name in imported(module))}


def package(module: str) -> str:
    return module.rpartition(".")[0]


@pytest.mark.parametrize("module", sorted(DOMAIN))
def test_the_domain_knows_the_standard_library_pydantic_and_itself(module: str) -> None:
    outside = {name.split(".")[0] for name in imported(module)} - sys.stdlib_module_names

    assert outside <= {"pydantic", "pydantic_core", "plantain"}
    assert ours(module) <= DOMAIN


def test_each_outside_library_has_its_modules() -> None:
    assert importers("httpx") == {"kie.exchange", "kie.api", "kie.responses", "kie.files", "images.writer"}
    assert importers("httpcore") == {"network.connections", "network.downloads"}
    assert importers("certifi") == {"network.downloads"}
    assert importers("socket") == {"network.dns"}
    assert importers("boto3") == {"aws", "items"}
    assert {name for name in imported("items") if name.startswith("boto3")} == {"boto3.dynamodb.types"}
    assert importers("pydantic") == {
        *("wishes.request", "wishes.preset_wish", "wishes.file_wish", "inbox.upload_request", "validation"),
        *("presets.preset", "presets.fields", "presets.brand", "presets.composing", "presets.view"),
        *("schedules.schedule", "schedules.check", "schedules.timing"),
        *("batches.row", "batches.request"),
    }
    assert importers("aws_lambda_powertools") == {
        *("http.api", "http.counted", "metrics"),
        *("steps.creating", "steps.sending", "steps.paused", "steps.looking"),  # the log of the steps
    }
    botocore = {name for module in MODULES if module != "aws" for name in imported(module) if "botocore" in name}
    assert botocore == {"botocore.exceptions"}


def test_no_module_imports_itself_through_others() -> None:
    list(TopologicalSorter({module: ours(module) for module in MODULES}).static_order())


def test_each_package_imports_only_from_those_that_the_readme_lists_above_it() -> None:
    """`plantain` itself holds what all may know."""
    listed = ["", *re.findall(r"^\| `(\w+)` \|", PAGES["README.md"].partition("| package |")[2], re.M)]

    assert set(listed) == set(map(package, MODULES))
    for module in MODULES:
        above = listed[: listed.index(package(module)) + 1]
        assert set(map(package, ours(module))) <= set(above), module


def test_only_its_own_modules_are_imported_and_all_are_used() -> None:
    by_functions: set[str] = set()
    for verb in verbs():
        for node in ast.walk(ast.parse((FUNCTIONS / verb / "app.py").read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.module.split(".")[0] in {*sys.stdlib_module_names, "aws_lambda_powertools", "plantain"}
                if node.module.startswith("plantain."):
                    by_functions.add(node.module.removeprefix("plantain."))
            elif isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= set(sys.stdlib_module_names)

    assert by_functions | {name for module in MODULES for name in ours(module)} == set(MODULES)


# What makes a cold start slow: pydantic checks requests, httpx speaks to others, event_handler routes HTTP.
# What answers look like is for mypy and the API's description alone.
HEAVY = (
    *("pydantic", "httpx", "aws_lambda_powertools.event_handler", "aws_xray_sdk", "requests", "PIL", "yaml"),
    *(f"plantain.{name}" for name in MODULES if name.endswith(".answers")),
    "plantain.http.problem_details",
)
HTTP = {"aws_lambda_powertools.event_handler"}
LOADED: dict[str, set[str]] = {
    "authorize": set(),
    "submit_job": HTTP | {"pydantic"},
    "estimate_job": HTTP | {"pydantic"},
    "get_usage": HTTP,
    "create_upload": HTTP | {"pydantic"},
    "get_status": HTTP,
    "get_image": HTTP,
    "list_jobs": HTTP,
    "check_account": HTTP | {"httpx"},
    "receive_callback": HTTP,
    "check_health": HTTP,
    "get_openapi": HTTP,
    "on_upload": {"pydantic"},
    "create_task": {"httpx"},
    "check_status": {"httpx"},
    "store_image": {"httpx"},
    "record_failure": set(),
    "record_end": set(),
    "list_unknown": set(),
    "adopt_job": {"httpx"},
    "redrive_job": {"httpx"},
    "resend_job": {"httpx"},
    "dismiss_job": {"httpx"},
    "sweep_jobs": {"httpx"},
    "list_presets": HTTP | {"pydantic"},
    "get_preset": HTTP | {"pydantic"},
    "render_preset": HTTP | {"pydantic"},
    "check_preset": {"pydantic"},
    "sync_schedule": {"pydantic"},
    "run_schedule": {"pydantic"},
    "arm_skipped": {"pydantic"},
    "put_schedule": HTTP | {"pydantic"},
    "get_schedule": HTTP | {"pydantic"},
    "delete_schedule": HTTP | {"pydantic"},
    "list_schedules": HTTP | {"pydantic"},
    "list_runs": HTTP | {"pydantic"},
    "submit_batch": HTTP | {"pydantic"},
    "get_batch": HTTP,
    "confirm_batch": HTTP,
    "check_batch": {"pydantic"},
    "take_row": set(),
    "write_results": set(),
    "record_batch_end": set(),
}

_IMPORT_EACH = """
import importlib, json, os, socket, sys
import aws_lambda_powertools, boto3  # what every function loads is loaded once
def refuse(*_): raise AssertionError("a connection at import")
socket.socket.connect = refuse
def import_alone(verb):
    importlib.import_module(f"functions.{verb}.app")
    made = [name for name, module in sys.modules.items() if name.startswith("plantain.")
            for f in vars(module).values() if hasattr(f, "cache_info") and f.cache_info().currsize]
    loaded = [name for name in heavy if name in sys.modules]
    print(json.dumps([verb, {"loaded": loaded, "made": made}]), flush=True)
verbs, heavy = json.load(sys.stdin)
for verb in verbs:
    if os.fork() == 0:
        import_alone(verb)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def alone() -> dict[str, dict[str, list[str]]]:
    """Each function imported in a process of its own that has no environment and no network."""
    environment = {"PYTHONPATH": os.pathsep.join([str(LAYER.parent), str(ROOT)]), "PYTHONDONTWRITEBYTECODE": "1"}
    asked = json.dumps([verbs(), HEAVY])
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_EACH],
        input=asked,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = dict(map(json.loads, done.stdout.splitlines()))
    assert set(found) == set(verbs()), done.stderr
    return found


@pytest.mark.parametrize("verb", verbs())
def test_a_function_loads_the_heavy_packages_it_needs_and_no_others(
    verb: str, alone: dict[str, dict[str, list[str]]]
) -> None:
    assert set(alone[verb]["loaded"]) == LOADED[verb]


@pytest.mark.parametrize("verb", verbs())
def test_nothing_happens_at_import(verb: str, alone: dict[str, dict[str, list[str]]]) -> None:
    """Without a single setting it can be imported, and no cached client or setting was made by it."""
    assert alone[verb]["made"] == []
