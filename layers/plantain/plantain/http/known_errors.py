"""Which answer over HTTP each error of ours stands for, and each failure of a job whose caller still waits."""

from dataclasses import replace

from plantain.errors import (
    REFUSAL_CODES,
    BatchNotFound,
    ClaimInFlight,
    JobNotFound,
    Misconfigured,
    OverBudget,
    PlantainError,
)
from plantain.faults import InvalidRequest, MaxCostExceeded, PresetBroken, PromptMissing
from plantain.http.problems import Problem, invalid, preset_broken
from plantain.job import Failure
from plantain.pace.rate_limit import rate_limit_headers
from plantain.refusals import IdempotencyKeyReused, KeptElsewhere, OperatorsOnly, ScheduleNotFound, TooManyRequests

_BUDGET_EXCEEDED = (402, "Budget exceeded")
_MAX_COST_EXCEEDED = (402, "Max cost exceeded")

# Status and `error`; the rest is the error's own.
ERRORS: dict[type[PlantainError], tuple[int, str]] = {
    OverBudget: _BUDGET_EXCEEDED,
    OperatorsOnly: (403, "Operators only"),
    JobNotFound: (404, "Task not found"),
    BatchNotFound: (404, "Batch not found"),
    ScheduleNotFound: (404, "Schedule not found"),
    ClaimInFlight: (409, "Idempotency-Key in use"),
    KeptElsewhere: (409, "Schedule kept elsewhere"),
    IdempotencyKeyReused: (422, "Idempotency-Key reused"),
    TooManyRequests: (429, "Too many requests"),
    Misconfigured: (500, "Plantain is misconfigured"),
}

# The same of failures, by their code; what is not here has gone wrong at Kie.ai or with us.
FAILURES: dict[str, tuple[int, str]] = {
    **dict.fromkeys(REFUSAL_CODES, (400, "Kie.ai error")),
    "budget-exceeded": _BUDGET_EXCEEDED,
    "max-cost-exceeded": _MAX_COST_EXCEEDED,
    "earlier-unsettled": (409, "Earlier task unsettled"),
    "kie-key-missing": (500, "Kie.ai API key not configured"),
}
OTHER_FAILURE = (500, "Failed to start image generation")


def problem_of(error: Exception) -> Problem | None:
    """The problem an error of ours stands for, None if it stands for none."""
    match error:
        case Problem():
            return error
        case PresetBroken(name=name, problems=problems):
            return preset_broken(name, problems)
        case PromptMissing():
            return Problem(400, "Prompt is required", "prompt-required", "Give a prompt that is not blank.")
        case MaxCostExceeded(clause=clause):
            detail = f"maxCost {clause}. Nothing was sent or charged."
            return Problem(*_MAX_COST_EXCEEDED, code="max-cost-exceeded", detail=detail)
        case InvalidRequest(faults=faults):
            return invalid(*faults)
        case ClaimInFlight():
            return replace(_listed(error), retryable=True, headers={"Retry-After": "1"})
        case TooManyRequests(limit=limit, retry_after=seconds):
            headers = {"Retry-After": str(seconds)} | rate_limit_headers(limit, 0, seconds)
            return replace(_listed(error), retryable=True, headers=headers)
        case PlantainError() if type(error) in ERRORS:
            return _listed(error)
        case _:
            return None


def problem_of_failure(task_id: str, failure: Failure, headers: dict[str, str]) -> Problem:
    """How a job that failed while its caller still waited is answered."""
    answer = Problem(*FAILURES.get(failure.code, OTHER_FAILURE), failure.code, failure.message)
    return replace(answer, charged=failure.charged, headers=headers, members={"taskId": task_id})


def _listed(error: PlantainError) -> Problem:
    return Problem(*ERRORS[type(error)], error.code, str(error))
