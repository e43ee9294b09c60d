"""Puts the document together."""

import os
from typing import Any

from plantain.models import MODELS, Model
from plantain.version import VERSION
from scripts.openapi import stack
from scripts.openapi.answers import JSON, failures, good_ends, schema_of
from scripts.openapi.codes import FAIL_CODES
from scripts.openapi.headers import HEADERS
from scripts.openapi.operation import Operation
from scripts.openapi.operations import batches, images, presets, schedules, service, uploads
from scripts.openapi.problems import PROBLEMS
from scripts.openapi.schemas import schemas
from scripts.openapi.stack import Route

DEFAULT_MODEL = next(iter(MODELS))
_TEXT = """\
Turns image requests into images in the owner's S3 bucket, by way of Kie.ai. Ask for an image, look at its task
until it has ended, get the picture. One wish is paid at most once, and every answer says what it has cost.

Errors are problem details (RFC 9457) with `error`, `code`, `retryable` and `charged`. What the gateway answers
itself (no API key, a wrong one, no such route, its throttle, a function that did not answer) is `{"message": …}`.
New fields and new codes may be added at any time; nothing is taken away.
"""
_SUBJECTS: dict[str, tuple[str, tuple[Operation, ...]]] = {
    "Images": ("Ask for an image, look at its task, get it.", images.OPERATIONS),
    "Presets": (
        "House styles kept as files: a prompt with open places, and its settings.",
        presets.OPERATIONS,
    ),
    "Schedules": ("Content that comes by itself: what to draw, and when.", schedules.OPERATIONS),
    "Batches": ("Many wishes at once, in a file or in the call.", batches.OPERATIONS),
    "Uploads": ("Files of your own: images to work from, and the rows of batches.", uploads.OPERATIONS),
    "Service": ("Whether everything stands.", service.OPERATIONS),
}


def document(model: Model) -> dict[str, Any]:
    """The whole document, for an installation that asks this model."""
    os.environ.setdefault("KIE_PRICES", stack.prices())  # what the examples cost
    parts = schemas(model)
    _name_codes(parts)
    paths: dict[str, Any] = {}
    for tag, (_, operations) in _SUBJECTS.items():
        for operation in operations:
            route = stack.routes()[operation.verb]
            described = _operation(tag, route, operation, model)
            paths.setdefault(route.path, {})[route.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Plantain", "version": VERSION, "summary": "Images for prompts.", "description": _TEXT},
        "servers": [{"url": ".", "description": "Where this document is served: the stack's output `ApiUrl`."}],
        "tags": [{"name": name, "description": text} for name, (text, _) in _SUBJECTS.items()],
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


def _operation(tag: str, route: Route, operation: Operation, model: Model) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [tag],
        "summary": operation.summary,
        "description": operation.text,
    }
    if route.open:
        made["security"] = []
    if operation.parameters:
        made["parameters"] = list(operation.parameters)
    if body := operation.body:
        kinds = [schema_of(kind) for kind in body.kinds]
        schema = {"anyOf": kinds} if len(kinds) > 1 else kinds[0]
        examples = {name: {"value": value} for name, value in body.examples.items()}
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schema, "examples": examples}}}
    made["responses"] = good_ends(operation, model) | failures(route, operation)
    return made
