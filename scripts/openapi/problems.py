"""Every error as an example: made by the constructors that make the real ones."""

import datetime as dt
from typing import Any

from plantain.batches.checking import NO_GOOD_ROW
from plantain.errors import (
    BatchNotFound,
    ClaimInFlight,
    EarlierFailed,
    JobNotFound,
    KieKeyMissing,
    Misconfigured,
    OutcomeUnknown,
    OverBudget,
)
from plantain.faults import Fault, InvalidRequest, MaxCostExceeded, PresetBroken, PresetUnknown, PromptMissing
from plantain.http.api import MAX_BODY_BYTES, RETRY_AFTER_SECONDS
from plantain.http.known_errors import problem_of, problem_of_failure
from plantain.http.problems import (
    Problem,
    batch_ended,
    batch_not_ready,
    image_gone,
    image_not_ready,
    no_image,
    preset_not_found,
    task_id_required,
    too_large,
    unexpected,
)
from plantain.job import Failure
from plantain.refusals import IdempotencyKeyReused, KeptElsewhere, OperatorsOnly, ScheduleNotFound, TooManyRequests

TASK_ID = "01a206a6-cc05-7d1d-9878-77af04e557d4"
BATCH_ID = "01a206b1-7e0a-7c55-9d1f-3f0d2c8b6a10"
REQUEST_ID = "JKJaXmPLvHcESHA="

CREATING = "Failed to start image generation"
READING = "Failed to check task status"


def _of(error: Exception) -> Problem:
    problem = problem_of(error)
    assert problem is not None
    return problem


def _failed(code: str, message: str, charged: Any) -> Problem:
    return problem_of_failure(TASK_ID, Failure(code, message, charged), {})


def _invalid(pointer: str, detail: str) -> Problem:
    return _of(InvalidRequest(Fault(pointer, detail)))


def _broken(error: str) -> Problem:
    return unexpected(error, charged="no", retryable=True)


_LOST = OutcomeUnknown("The answer of Kie.ai was lost (ReadTimeout).")
_MISSING = KieKeyMissing()
_UNSETTLED = EarlierFailed("01a206a5-1c4f-7b02-9a61-52c0a4f3d9e8", Failure(_LOST.code, _LOST.words, _LOST.charged))
_BROKEN_PRESET = PresetBroken("quote-card", ["line 7, aspect_ratio: must be one of 1:1, 16:9"])
_UNKNOWN_PRESET = PresetUnknown("quote-cart is unknown; there are infographic, quote-card")

# By the name of the example; the operations say which of them they may answer.
PROBLEMS: dict[str, Problem] = {
    "prompt-required": _of(PromptMissing()),
    "task-id-required": task_id_required(),
    "invalid-wish": _invalid("/resolution", "must be one of 1K, 2K, 4K"),
    "not-uploaded": _invalid("/imageInput/0", "has not been uploaded"),
    "unknown-preset": _of(_UNKNOWN_PRESET),
    "missing-variable": _invalid("/variables/quote", "is required by the preset quote-card"),
    "invalid-filling": _invalid("/aspectRatio", "must be left out: the preset thumbnail locks it (16:9)"),
    "invalid-upload": _invalid("/size", "must be at most 30000000"),
    "invalid-days": _invalid("/from", "must be at most 365 days before 2026-11-23"),
    "operators-only": _of(OperatorsOnly("What each preset has used, over all callers,")),
    "invalid-question": _invalid("/limit", "must be a whole number from 1 to 100"),
    "kie-refused": _failed("kie-spending-cap", "Sub-key Usage Exceeds Limit", "no"),
    "preset-not-found": preset_not_found(_UNKNOWN_PRESET.detail),
    "preset-broken": _of(_BROKEN_PRESET),
    "schedule-not-found": _of(ScheduleNotFound()),
    "kept-elsewhere": _of(KeptElsewhere("weekly-quote", "file")),
    "invalid-schedule": _invalid("/cron", "must have a ? as its day-of-month or as its day-of-week"),
    "invalid-batch": _invalid("/key", "must be the key of a CSV or JSON Lines upload of yours"),
    "batch-not-found": _of(BatchNotFound()),
    "batch-not-ready": batch_not_ready(),
    "batch-ended": batch_ended(NO_GOOD_ROW),
    "task-not-found": _of(JobNotFound()),
    "claim-in-flight": _of(ClaimInFlight()),
    "image-not-ready": image_not_ready(RETRY_AFTER_SECONDS, "unknown"),
    "task-failed": no_image(Failure("content-policy", "Flagged as violating content policies.", "no")),
    "image-gone": image_gone(),
    "too-large": too_large(MAX_BODY_BYTES),
    "idempotency-key-reused": _of(IdempotencyKeyReused()),
    "too-many-requests": _of(TooManyRequests(300, retry_after=45)),
    "kie-key-missing": _failed(_MISSING.code, _MISSING.words, _MISSING.charged),
    "misconfigured": _of(Misconfigured("KiePrices", "it has no price for nano-banana-pro at 4K")),
    "max-cost-exceeded": _of(
        MaxCostExceeded(
            "allows $0.05 for an image, and this one costs $0.09 (18 credits, by the prices of 2026-07-01)",
            price=0.09,
        )
    ),
    "budget-exceeded": _of(
        OverBudget(
            "caller",
            "alice",
            "day",
            limit=5,
            price=0.09,
            resets_at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
        )
    ),
    "outcome-unknown": _failed(_LOST.code, _LOST.words, _LOST.charged),
    "earlier-unsettled": _failed(_UNSETTLED.code, _UNSETTLED.words, _UNSETTLED.charged),
    "creating-broke": unexpected(CREATING, charged="unknown", retryable=False),
    "reading-broke": _broken(READING),
    "estimating-broke": _broken("Failed to estimate"),
    "usage-broke": _broken("Failed to read usage"),
    "presets-broke": _broken("Failed to read presets"),
    "rendering-broke": _broken("Failed to render preset"),
    "schedules-broke": _broken("Failed to read schedule"),
    "keeping-broke": _broken("Failed to keep schedule"),
    "ending-broke": _broken("Failed to end schedule"),
    "batch-starting-broke": unexpected("Failed to start batch", charged="unknown", retryable=False),
    "batch-reading-broke": _broken("Failed to check batch"),
    "batch-confirming-broke": unexpected("Failed to confirm batch", charged="unknown", retryable=False),
    "uploading-broke": _broken("Failed to prepare upload"),
    "account-broke": _broken("Failed to check account"),
    "health-broke": _broken("Failed to check health"),
    "document-broke": _broken("Failed to read the API description"),
}

# What the gateway answers itself, before a function is called or when it did not answer.
GATEWAY: dict[int, str] = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
