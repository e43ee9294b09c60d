"""Puts the document together."""

import itertools
import os
from http import HTTPStatus
from typing import Any

from plantain.http.problem_details import GatewayMessage, ProblemDetails
from plantain.models import MODELS, Model
from plantain.version import VERSION
from scripts.openapi.codes import FAIL_CODES
from scripts.openapi.operations import OPERATIONS, Operation, Shown
from scripts.openapi.parameters import HEADERS
from scripts.openapi.prices import template_prices
from scripts.openapi.problems import GATEWAY, PROBLEMS, REQUEST_ID
from scripts.openapi.schemas import ref, schemas

DEFAULT_MODEL = next(iter(MODELS))
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_TEXT = """\
Turns image requests into images in the owner's S3 bucket, by way of Kie.ai. Ask for an image, look at its task
until it has ended, get the picture. One wish is paid at most once, and every answer says what it has cost.

Errors are problem details (RFC 9457) with `error`, `code`, `retryable` and `charged`. What the gateway answers
itself (no API key, a wrong one, no such route, its throttle, a function that did not answer) is `{"message": …}`.
New fields and new codes may be added at any time; nothing is taken away.
"""
_TAGS = [
    {"name": "Images", "description": "Ask for an image, look at its task, get it."},
    {"name": "Presets", "description": "House styles kept as files: a prompt with open places, and its settings."},
    {"name": "Schedules", "description": "Content that comes by itself: what to draw, and when."},
    {"name": "Batches", "description": "Many wishes at once, in a file or in the call."},
    {"name": "Uploads", "description": "Files of your own: images to work from, and the rows of batches."},
    {"name": "Service", "description": "Whether everything stands."},
]


def document(model: Model) -> dict[str, Any]:
    """The whole document, for an installation that asks this model."""
    os.environ.setdefault("KIE_PRICES", template_prices())  # what the examples cost
    parts = schemas(model)
    _name_codes(parts)
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, model)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Plantain", "version": VERSION, "summary": "Images for prompts.", "description": _TEXT},
        "servers": [{"url": ".", "description": "Where this document is served: the stack's output `ApiUrl`."}],
        "tags": _TAGS,
        "security": [{"apiKey": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key of the operator's."}
            },
            "headers": HEADERS,
            "schemas": parts,
        },
    }


def _name_codes(parts: dict[str, Any]) -> None:
    """What `error`, `code` and `failCode` may say."""
    table = "\n".join(f"- `{code}`: {meaning}" for code, meaning in FAIL_CODES.items())
    fail_code = parts["Task"]["properties"]["failCode"]
    fail_code["description"] += f" More may be added. Until now:\n\n{table}\n"
    fail_code["examples"] = ["content-policy"]
    codes = dict.fromkeys(f"`{p.code}`" for p in PROBLEMS.values() if p.code not in FAIL_CODES)
    problem = parts["ProblemDetails"]["properties"]
    problem["code"]["description"] += f" One of {', '.join(codes)}, or the `failCode` of a task."
    problem["error"]["enum"] = sorted({problem.error for problem in PROBLEMS.values()})


def _operation(operation: Operation, model: Model) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.text,
    }
    if operation.open:
        made["security"] = []
    if operation.parameters:
        made["parameters"] = list(operation.parameters)
    if operation.body:
        kinds, shown = operation.body
        schema = {"anyOf": [ref(kind) for kind in kinds]} if isinstance(kinds, tuple) else ref(kinds)
        examples = {name: {"value": value} for name, value in shown.items()}
        made["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema, "examples": examples}}}
    also = {
        str(status): _good(end.meaning, end.headers, end.answer, model) for status, end in operation.also.items()
    }
    made["responses"] = {str(operation.status): _success(operation, model)} | also | _failures(operation)
    return made


def _success(operation: Operation, model: Model) -> dict[str, Any]:
    answer = _good(operation.meaning, operation.headers, operation.answer, model)
    if operation.links:
        answer["links"] = dict(operation.links)
    return answer


def _good(meaning: str, headers: tuple[str, ...], shown: Shown | None, model: Model) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": meaning, "headers": _headers(*headers)}
    if shown:
        schema, example = shown
        answer["content"] = {_JSON: {"schema": schema, "example": example(model)}}
    return answer


def _failures(operation: Operation) -> dict[str, Any]:
    """Our own problems and the gateway's messages, by status."""
    problems = sorted(operation.problems, key=lambda name: PROBLEMS[name].status)
    own = {s: list(names) for s, names in itertools.groupby(problems, lambda name: PROBLEMS[name].status)}
    gateway = {status for status in GATEWAY if _gateway_may(status, operation)}
    return {str(status): _failure(operation, status, own.get(status, []), status in gateway)
            for status in sorted({*own, *gateway})}  # fmt: skip


def _gateway_may(status: int, operation: Operation) -> bool:
    match status:
        case 401 | 403:
            return not operation.open
        case 404:
            return "{" in operation.path
        case 413:
            return operation.body is not None
        case _:
            return True


def _failure(operation: Operation, status: int, names: list[str], by_gateway: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    content: dict[str, Any] = {}
    words = [f"`{error}`" for error in dict.fromkeys(PROBLEMS[name].error for name in names)]
    if names:
        headers = {header for name in names for header in PROBLEMS[name].headers}
        if any("taskId" in (PROBLEMS[name].members or {}) for name in names) and operation.method == "post":
            headers.add("Idempotency-Replayed")
        answer["headers"] = _headers(*sorted(headers))
        instance = f"{operation.path}#{REQUEST_ID}"
        examples = {name: {"value": PROBLEMS[name].body(instance)} for name in names}
        content[_PROBLEM] = {"schema": ref(ProblemDetails), "examples": examples}
    if by_gateway:
        words.append(f"the gateway's own `{GATEWAY[status]}`")
        content[_JSON] = {"schema": ref(GatewayMessage), "example": {"message": GATEWAY[status]}}
    description = f"{HTTPStatus(status).phrase}: {', '.join(words)}."
    return {"description": description, **answer, "content": content}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "Cache-Control")}
