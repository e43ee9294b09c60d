"""What the HTTP functions share: reading a request of API Gateway and answering it, errors included."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from plantain.errors import JobNotFound
from plantain.even_numbers import evened
from plantain.faults import Fault
from plantain.http.known_errors import problem_of
from plantain.http.problems import invalid, too_large, unexpected
from plantain.job import Job, is_task_id
from plantain.jobs.table import jobs
from plantain.task import Charged

MAX_BODY_BYTES = 256 * 1024
RETRY_AFTER_SECONDS = 3
# No cache may keep an answer: it holds links that expire and states that change. A 404 could be kept without it.
NOT_KEPT = {"Cache-Control": "no-store"}

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def http_api(
    logger: Logger, *, on_failure: str, charged: Charged = "no", not_found: Callable[[], Exception] = JobNotFound
) -> APIGatewayHttpResolver:
    """A resolver that answers every error as a problem document.

    `on_failure` is the `error` of an unexpected one, `charged` what such a call may have cost, `not_found` what a
    path stands for that can be nothing's.
    """
    app = APIGatewayHttpResolver()

    def problem_response(error: Exception) -> Response[str]:
        if isinstance(error, NotFoundError):
            # Powertools matches paths more narrowly than the gateway does; what it does not know, nobody has.
            error = not_found()
        problem = problem_of(error)
        if problem is None:
            logger.exception(on_failure)
            keyed = "idempotency-key" in app.current_event.headers
            problem = unexpected(on_failure, charged=charged, retryable=charged == "no" or keyed)
        context = app.current_event.request_context
        instance = f"{context.http.path}#{context.request_id}"
        headers = NOT_KEPT | problem.headers
        return Response(problem.status, "application/problem+json", json.dumps(problem.body(instance)), headers)

    app.exception_handler(Exception)(problem_response)
    return app


def answer(status: int, body: Mapping[str, Any], headers: dict[str, str] | None = None) -> Response[str]:
    """A JSON answer."""
    text = json.dumps(evened(body), ensure_ascii=False)
    return Response(status, "application/json", text, NOT_KEPT | (headers or {}))


def caller_of(event: APIGatewayProxyEventV2) -> str:
    """The name the authorizer gave."""
    authorizer = event.request_context.authorizer
    assert authorizer is not None
    return str(authorizer.get_lambda["caller"])


def json_object(event: APIGatewayProxyEventV2) -> dict[str, Any]:
    """The request's body, a JSON object. Raises Problem: 413, or 400 saying what it is instead."""
    content_type, _, parameters = event.headers.get("content-type", "").partition(";")
    if content_type.strip().lower() != "application/json":
        raise invalid(Fault("", "The Content-Type must be application/json."))
    if (charset := parameters.lower().replace(" ", "")) not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise invalid(Fault("", f"The charset must be utf-8, not {charset[:40]}."))
    try:
        text = event.decoded_body or ""
    except UnicodeDecodeError:
        raise invalid(Fault("", "The body is not UTF-8 text.")) from None
    if len(text.encode(errors="surrogatepass")) > MAX_BODY_BYTES:
        raise too_large(MAX_BODY_BYTES)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid(Fault("", "The body is not valid JSON.")) from None
    if not isinstance(body, dict):
        raise invalid(Fault("", "The body must be a JSON object."))
    return body


def yes_or_no(event: APIGatewayProxyEventV2, name: str) -> bool:
    """A parameter of the query that says `true` or `false`; left out it is false. Raises Problem."""
    given = event.query_string_parameters.get(name, "false")
    if given not in ("true", "false"):
        raise invalid(Fault(f"/{name}", "must be true or false"))
    return given == "true"


def is_operator(event: APIGatewayProxyEventV2) -> bool:
    """Whether the authorizer said that the API key is an operator's."""
    authorizer = event.request_context.authorizer
    return authorizer is not None and authorizer.get_lambda.get("operator") == "true"


def idempotency_key(event: APIGatewayProxyEventV2) -> str | None:
    """The Idempotency-Key, bare or quoted (draft-ietf-httpapi-idempotency-key-header). Raises Problem."""
    value = event.headers.get("idempotency-key")
    if value is None:
        return None
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if not _IDEMPOTENCY_KEY.fullmatch(value):
        raise invalid(Fault("", "The Idempotency-Key must have 1 to 255 visible ASCII characters."))
    return value


def own_job(event: APIGatewayProxyEventV2, task_id: str) -> Job:
    """The caller's own job. Raises JobNotFound, of somebody else's as of none."""
    if not is_task_id(task_id):
        raise JobNotFound
    job = jobs().get(task_id)
    if job.caller != caller_of(event):
        raise JobNotFound
    return job
