"""Reads Plantain's answers: the JSON object of a good one, the error that a bad one stands for."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from plantain_client.errors import (
    ApiError,
    BatchNotFound,
    CostRefused,
    IdempotencyKeyReused,
    ImageGone,
    InvalidRequest,
    KeptElsewhere,
    KeyRejected,
    NotPlantain,
    OperatorsOnly,
    PresetNotFound,
    ScheduleNotFound,
    TaskNotFound,
    TooManyRequests,
)
from plantain_client.exchange import Answer
from plantain_client.task import Charged

T = TypeVar("T")

_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: InvalidRequest,
    401: KeyRejected,
    403: KeyRejected,
    402: CostRefused,
    404: TaskNotFound,
    410: ImageGone,
    413: InvalidRequest,
    422: IdempotencyKeyReused,
    429: TooManyRequests,
}
_BY_CODE: Mapping[str, type[ApiError]] = {
    "operators-only": OperatorsOnly,
    "batch-not-found": BatchNotFound,
    "preset-not-found": PresetNotFound,
    "schedule-not-found": ScheduleNotFound,
    "schedule-kept-elsewhere": KeptElsewhere,
}
_GATEWAY_RETRYABLE = (429, 500, 502, 503, 504)
_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{1,80}?)\s*<", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A good answer: its JSON object as one of our types, and what its headers say."""

    said: T
    retry_after: float | None
    replayed: bool


def reply_of(answer: Answer, shape: Callable[[dict[str, Any]], T], *, charged: Charged = "no") -> Reply[T]:
    """The reply, read by `shape`. Raises ApiError or NotPlantain.

    `charged` is what the call may have cost if nobody says. An answer that cannot be read does not say: behind it
    the request may have been taken in.
    """
    document = {} if answer.status == 204 else _json_object(answer.content)
    if not 200 <= answer.status < 300 or document is None:
        raise error_of(answer, charged=charged)
    try:
        said = shape(document)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        message = f"The answer ({answer.status}) is JSON, but not what Plantain says ({error!r})"
        raise NotPlantain(message, status=answer.status, charged=charged) from None
    replayed = answer.headers.get("idempotency-replayed", "").lower() == "true"
    return Reply(said, retry_after_of(answer), replayed)


def error_of(answer: Answer, *, charged: Charged = "no") -> ApiError | NotPlantain:
    """What an answer that is no reply stands for."""
    document = _json_object(answer.content) or {}
    if answer.status >= 400:
        if {"error", "code", "detail"} <= document.keys():
            return _problem(answer, document)
        if isinstance(document.get("message"), str):
            return _of_gateway(answer, document["message"], charged if answer.status >= 500 else "no")
    return NotPlantain(
        f"What answered is not Plantain: {answer.status} with {_looks_of(answer)}",
        status=answer.status,
        charged=charged,
    )


def retry_after_of(answer: Answer) -> float | None:
    """Seconds, where the header gives them (its other form, a date, Plantain does not use)."""
    value = answer.headers.get("retry-after", "")
    return float(value) if re.fullmatch(r"\d{1,6}", value) else None


def _problem(answer: Answer, document: dict[str, Any]) -> ApiError:
    kind = _BY_CODE.get(str(document["code"])) or _BY_STATUS.get(answer.status, ApiError)
    charged, task_id = document.get("charged"), document.get("taskId")
    return kind(
        answer.status,
        str(document["error"]),
        str(document["code"]),
        str(document["detail"]),
        charged=charged if charged in ("yes", "no", "unknown") else "unknown",
        retryable=bool(document.get("retryable")),
        retry_after=retry_after_of(answer),
        task_id=task_id if isinstance(task_id, str) else None,
        errors=_faults_of(document.get("errors")),
    )


def _faults_of(faults: object) -> tuple[tuple[str, str], ...]:
    """What can be read of them: a refusal says what it costs even if it cannot say where the fault is."""
    named = [fault for fault in faults if isinstance(fault, dict)] if isinstance(faults, list) else []
    return tuple((str(fault.get("pointer", "")), str(fault.get("detail", ""))) for fault in named)


def _of_gateway(answer: Answer, message: str, charged: Charged) -> ApiError:
    """API Gateway answers by itself where no function of Plantain was reached, or none answered in time."""
    status = answer.status
    kind = _BY_STATUS.get(status, ApiError) if status in (401, 403, 429) else ApiError
    error, code = {
        401: ("No API key", "no-api-key"),
        403: ("API key not accepted", "api-key-rejected"),
        404: ("No such route", "no-such-route"),
        429: ("Too many requests", "too-many-requests"),
    }.get(status, ("The gateway could not answer", "gateway-error"))
    return kind(
        status,
        error,
        code,
        f"the gateway says {status} {message}",
        charged=charged,
        retryable=status in _GATEWAY_RETRYABLE,
        retry_after=retry_after_of(answer),
    )


def _json_object(content: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _looks_of(answer: Answer) -> str:
    title = _TITLE.search(answer.content)
    if title:
        return f"a web page, “{title[1].decode(errors='replace')}”"
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    return f"content of type {kind[:60]}" if kind else "no content type"
