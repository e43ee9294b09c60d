"""The answers of an operation: its good ends, and the errors that it or the gateway may say."""

import itertools
from http import HTTPStatus
from typing import Any

from plantain.http.problem_details import GatewayMessage, ProblemDetails
from plantain.models import Model
from scripts.openapi.operation import Good, Operation
from scripts.openapi.problems import GATEWAY, PROBLEMS, REQUEST_ID
from scripts.openapi.schemas import Schema, ref
from scripts.openapi.stack import Route

JSON = "application/json"
_PROBLEM = "application/problem+json"
_RATE = ("RateLimit", "RateLimit-Policy")


def good_ends(operation: Operation, model: Model) -> dict[str, Any]:
    """By status; the usual one leads on."""
    good = {str(status): _good(end, operation, model) for status, end in operation.ends.items()}
    if links := _links(operation):
        next(iter(good.values()))["links"] = links
    return good


def schema_of(kind: type) -> Schema:
    """A reference to it; `dict` is any object."""
    return {"type": "object"} if kind is dict else ref(kind)


def _good(end: Good, operation: Operation, model: Model) -> dict[str, Any]:
    rate = _RATE if "too-many-requests" in operation.problems.split() else ()
    answer: dict[str, Any] = {"description": end.meaning, "headers": _headers(*end.headers.split(), *rate)}
    if end.kind:
        example = end.example(model) if callable(end.example) else end.example
        answer["content"] = {JSON: {"schema": schema_of(end.kind), "example": example}}
    return answer


def _links(operation: Operation) -> dict[str, Any]:
    """Those that it names, and the next page where there are pages."""
    pages = any(parameter["name"] == "cursor" for parameter in operation.parameters)
    links = operation.links | ({"next": (operation.name, "cursor")} if pages else {})
    return {
        name: {"operationId": to, "parameters": {field: f"$response.body#/{field}"}}
        for name, (to, field) in links.items()
    }


def failures(route: Route, operation: Operation) -> dict[str, Any]:
    """Our own problems and the gateway's messages, by status."""
    names = [*operation.problems.split(), *(["too-large"] if operation.body else [])]
    problems = sorted(names, key=lambda name: PROBLEMS[name].status)
    own = {s: list(names) for s, names in itertools.groupby(problems, lambda name: PROBLEMS[name].status)}
    gateway = {status for status in GATEWAY if _gateway_may(status, route, operation)}
    return {str(status): _failure(route, status, own.get(status, []), status in gateway)
            for status in sorted({*own, *gateway})}  # fmt: skip


def _gateway_may(status: int, route: Route, operation: Operation) -> bool:
    match status:
        case 401 | 403:
            return not route.open
        case 404:
            return "{" in route.path
        case 413:
            return operation.body is not None
        case _:
            return True


def _failure(route: Route, status: int, names: list[str], by_gateway: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    content: dict[str, Any] = {}
    words = [f"`{error}`" for error in dict.fromkeys(PROBLEMS[name].error for name in names)]
    if names:
        headers = {header for name in names for header in PROBLEMS[name].headers}
        if any("taskId" in (PROBLEMS[name].members or {}) for name in names) and route.method == "POST":
            headers.add("Idempotency-Replayed")
        answer["headers"] = _headers(*sorted(headers))
        instance = f"{route.path}#{REQUEST_ID}"
        examples = {name: {"value": PROBLEMS[name].body(instance)} for name in names}
        content[_PROBLEM] = {"schema": ref(ProblemDetails), "examples": examples}
    if by_gateway:
        words.append(f"the gateway's own `{GATEWAY[status]}`")
        content[JSON] = {"schema": ref(GatewayMessage), "example": {"message": GATEWAY[status]}}
    description = f"{HTTPStatus(status).phrase}: {', '.join(words)}."
    return {"description": description, **answer, "content": content}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "Cache-Control")}
