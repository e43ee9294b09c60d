"""The API's description: valid, made of what the handlers use, complete, and the one that is committed."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from plantain.batches.request import MAX_ITEMS, check_batch_request
from plantain.batches.row import with_variables
from plantain.errors import REFUSAL_CODES
from plantain.http.api import MAX_BODY_BYTES
from plantain.http.known_errors import ERRORS, FAILURES, OTHER_FAILURE
from plantain.inbox.bucket import PUT_SECONDS
from plantain.inbox.file_kinds import MAX_BATCH_BYTES, MAX_UPLOAD_BYTES
from plantain.inbox.upload_request import check_upload
from plantain.job import STATES
from plantain.jobs.failures import _MESSAGES
from plantain.models import MODELS
from plantain.schedules.running import LONGEST
from plantain.wishes.file_wish import check_file_wish
from plantain.wishes.request import check_request
from plantain.wishes.terms import Terms
from plantain.wishes.wish import check_filling, check_wish
from scripts.openapi.__main__ import files
from scripts.openapi.codes import FAIL_CODES
from scripts.openapi.document import DEFAULT_MODEL, document
from scripts.openapi.problems import PROBLEMS
from tests.conftest import ROOT
from tests.template.stack import FUNCTIONS, LAYER, nodes, template
from tests.template.test_template import ROUTES, open_routes

DOCUMENT = document(MODELS[DEFAULT_MODEL])
SCHEMAS = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def contents() -> Iterator[dict[str, Any]]:
    """Every media type with its schema and examples, of requests and answers."""
    for node in nodes(DOCUMENT["paths"]):
        if isinstance(node, dict) and isinstance(node.get("content"), dict):
            yield from node["content"].values()


def strict(value: Any) -> Any:
    """The same schemas, where an object has no field that is not described."""
    match value:
        case {"properties": dict()}:
            return {"additionalProperties": False} | {name: strict(part) for name, part in value.items()}
        case dict():
            return {name: strict(part) for name, part in value.items()}
        case list():
            return [strict(part) for part in value]
        case _:
            return value


@pytest.mark.parametrize("path", [path.relative_to(ROOT).as_posix() for path in files()])
def test_what_is_committed_is_what_the_code_says(path: str) -> None:
    """If this fails: make openapi."""
    assert (ROOT / path).read_text() == files()[ROOT / path]


@pytest.mark.parametrize("model", MODELS)
def test_it_is_openapi_3_1(model: str) -> None:
    OPENAPI_31_VALIDATOR.validate(document(MODELS[model]))


# What Kie.ai alone calls, and what it alone is told.
NOT_FOR_CALLERS = {"receive_callback"}
TOLD_TO_KIE = {"Callback refused"}
VERBS = sorted(set(ROUTES.values()) - NOT_FOR_CALLERS)


def test_every_route_is_in_it_and_the_open_ones_say_so() -> None:
    described = {route for route, verb in ROUTES.items() if verb not in NOT_FOR_CALLERS}
    open_ones = {path for _, path in described} & set(open_routes())

    assert {(method, path) for method, path, _ in operations()} == described
    assert {path for _, path, operation in operations() if "security" in operation} == open_ones
    assert DOCUMENT["security"] == [{"apiKey": []}]


def test_every_schema_is_used() -> None:
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))

    assert used == set(DOCUMENT["components"]["schemas"])


def test_every_example_is_of_its_schema() -> None:
    components = {"components": strict(DOCUMENT["components"])}
    for content in contents():
        validator = jsonschema_rs.Draft202012Validator(content["schema"] | components, validate_formats=True)
        examples = [example["value"] for example in content.get("examples", {}).values()] or [content["example"]]
        for example in examples:
            validator.validate(example)


@pytest.mark.parametrize("model", MODELS)
def test_the_limits_are_those_that_are_checked(model: str) -> None:
    row = MODELS[model]
    fields = document(row)["components"]["schemas"]["GenerateRequest"]["properties"]

    assert fields["prompt"]["maxLength"] == row.prompt_length
    assert fields["imageInput"]["maxItems"] == row.image_inputs
    assert fields["aspectRatio"]["enum"] == list(row.aspect_ratios)
    defaults = {name: field["default"] for name, field in fields.items() if "default" in field}
    check_request({"prompt": "x", **defaults}, Terms(row, "alice"))


def test_the_limits_of_an_upload_are_in_it() -> None:
    size = DOCUMENT["components"]["schemas"]["UploadRequest"]["properties"]["size"]

    assert (size["minimum"], size["maximum"]) == (1, MAX_UPLOAD_BYTES)


def test_what_is_said_in_words_of_sizes_and_times_is_so() -> None:
    names = ("UploadRequest", "UploadPlace", "ScheduleRequest", "BatchRequest")
    upload, place, schedule, order = (SCHEMAS[name]["properties"] for name in names)

    assert f"at most {MAX_BATCH_BYTES // 10**6} MB" in upload["size"]["description"]
    assert f"More than {MAX_ITEMS}, or more than {MAX_BODY_BYTES // 1024} KB" in order["items"]["description"]
    assert f"older than {LONGEST.days} days" in schedule["overlap"]["description"]
    assert f"{PUT_SECONDS // 60} minutes" in place["uploadExpiresAt"]["description"]


def test_the_requests_shown_are_accepted() -> None:
    terms = Terms(MODELS[DEFAULT_MODEL], "alice")

    for wish in _asked("/api/images/generate"):
        check_wish(wish, terms)
    for filling in _asked("/api/presets/{name}/render"):
        check_filling("quote-card", filling, terms)
    for order in _asked("/api/batches"):
        check_batch_request(order, "alice")
        for row in order.get("items", []):
            check_file_wish(with_variables({name: value for name, value in row.items() if name != "id"}), terms)
    for upload in _asked("/api/uploads"):
        check_upload(upload)


def _asked(path: str) -> list[dict[str, Any]]:
    """The examples of what is posted there."""
    content = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return [example["value"] for example in content["examples"].values()]


def _texts_in(node: ast.expr) -> set[str]:
    """The text it is, or each of the two it may be."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _texts_in(one) | _texts_in(other)
        case _:
            return set()


def _given(path: Path, called: str, place: int | str) -> set[str]:
    """The texts that a file gives in one place of its calls of one name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name == called:
                places = dict(enumerate(args)) | {keyword.arg: keyword.value for keyword in keywords}
                found |= _texts_in(places[place]) if place in places else set()
    return found


def test_every_error_is_in_it() -> None:
    """Each problem that is constructed anywhere, and each `error` a function gives to what breaks."""
    errors = {error for _, error in (*ERRORS.values(), *FAILURES.values(), OTHER_FAILURE)}
    for path in (LAYER / "http").glob("*.py"):
        errors |= _given(path, "Problem", 1)
    for verb in VERBS:
        errors |= _given(FUNCTIONS / verb / "app.py", "http_api", "on_failure")

    assert {problem.error for problem in PROBLEMS.values()} == errors - TOLD_TO_KIE
    assert {name for _, _, operation in operations() for name in _named(operation)} == set(PROBLEMS)


def _named(operation: dict[str, Any]) -> Iterator[str]:
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).get("application/problem+json", {}).get("examples", {})


@pytest.mark.parametrize("verb", VERBS)
def test_what_breaks_in_a_function_is_named_as_in_its_operation(verb: str) -> None:
    (error,) = _given(FUNCTIONS / verb / "app.py", "http_api", "on_failure")
    (operation,) = (op for method, path, op in operations() if ROUTES[method, path] == verb)
    shown = operation["responses"]["500"]["content"]["application/problem+json"]["examples"].values()

    assert [example["value"]["error"] for example in shown if example["value"]["code"] == "internal-error"] == [
        error
    ]


def test_every_code_a_task_can_fail_with_is_explained() -> None:
    """Those that failures and final errors are made with; an error that is tried again ends no task."""
    codes: set[str] = set()
    for path in LAYER.rglob("*.py"):
        for kind in ("Refused", "UnexpectedAnswer", "UnusableResult"):
            codes |= _given(path, kind, "code")
        for kind in ("Failure", "Failed"):
            codes |= _given(path, kind, 0)
    sources = "".join(path.read_text() for path in LAYER.rglob("*.py"))

    assert codes <= set(FAIL_CODES)
    assert set(_MESSAGES) | REFUSAL_CODES <= set(FAIL_CODES)
    assert [code for code in FAIL_CODES if f'"{code}"' not in sources] == []


def test_states_are_the_jobs_own() -> None:
    parameters = DOCUMENT["paths"]["/api/images"]["get"]["parameters"]

    assert [p["schema"]["enum"] for p in parameters if p["name"] == "state"] == [list(STATES)]
    assert DOCUMENT["components"]["schemas"]["Task"]["properties"]["state"]["enum"] == list(STATES)


def test_each_model_that_can_be_chosen_has_its_document() -> None:
    served = {path.stem for path in (FUNCTIONS / "get_openapi").glob("*.json")}

    assert served == set(template()["Parameters"]["KieModel"]["AllowedValues"]) == set(MODELS)
