"""How an error looks over HTTP: RFC 9457 problem details with our `error` and `code`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from plantain.faults import Fault
from plantain.job import Failure
from plantain.task import Charged

if TYPE_CHECKING:
    from plantain.http.problem_details import BadField, ProblemDetails, ProblemMembers


@dataclass(frozen=True, slots=True)
class Problem(Exception):
    """An answer that is an error. `charged` says what the call has cost at Kie.ai."""

    status: int
    error: str
    code: str
    detail: str
    retryable: bool = False
    charged: Charged = "no"
    headers: dict[str, str] = field(default_factory=dict)
    members: "ProblemMembers | None" = None

    def body(self, instance: str) -> "ProblemDetails":
        """The problem document; `instance` names this one occurrence."""
        return {
            "type": f"urn:plantain:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "error": self.error,
            "code": self.code,
            "retryable": self.retryable,
            "charged": self.charged,
            **(self.members or {}),
        }


def invalid(*faults: Fault) -> Problem:
    """400: each bad field by name."""
    errors: list[BadField] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]
    detail = "; ".join(f"{fault.pointer} {fault.detail}".strip() for fault in faults)
    return Problem(400, "Invalid request", "invalid-request", detail, members={"errors": errors})


def task_id_required() -> Problem:
    """400: a question without its subject."""
    return Problem(400, "taskId is required", "task-id-required", "Give the taskId of the task as ?taskId=….")


def preset_not_found(detail: str) -> Problem:
    """404: no preset of this name, or never used in this version."""
    return Problem(404, "Preset not found", "preset-not-found", f"The preset {detail}.")


def no_such_preset() -> Problem:
    """404: what no preset can be called."""
    return preset_not_found("cannot be called so: a name has lower-case letters, digits and hyphens")


def preset_broken(name: str, problems: Sequence[str]) -> Problem:
    """409: the request is well, the preset's file is not."""
    detail = f"The preset {name} cannot be used until its file is mended: {'; '.join(problems)}."
    return Problem(409, "Preset broken", "preset-broken", detail)


def callback_refused(detail: str) -> Problem:
    """403: a callback that is not Kie.ai's own."""
    return Problem(403, "Callback refused", "callback-refused", detail)


def too_large(limit: int) -> Problem:
    """413: `limit` in bytes."""
    return Problem(413, "Request too large", "request-too-large", f"A request has at most {limit} bytes.")


def batch_not_ready() -> Problem:
    """409: its price is not known yet."""
    detail = "The rows of the batch are still being checked. Look at its price first, then confirm."
    headers = {"Retry-After": "3"}
    return Problem(409, "Batch not ready", "batch-not-ready", detail, retryable=True, headers=headers)


def batch_ended(detail: str) -> Problem:
    """409: a batch that has failed or expired is not brought back to life."""
    return Problem(409, "Batch ended", "batch-ended", f"{detail} Start it again instead.")


def image_not_ready(retry_after: int, charged: Charged) -> Problem:
    """409: the job still runs; `retry_after` in seconds."""
    headers = {"Retry-After": str(retry_after)}
    detail = "The image is not ready yet. Ask again in a moment."
    return Problem(
        409, "Image not ready", "image-not-ready", detail, retryable=True, charged=charged, headers=headers
    )


def no_image(failure: Failure) -> Problem:
    """409: the job failed, so there will never be one."""
    return Problem(409, "Task failed", failure.code, failure.message, charged=failure.charged)


def image_gone() -> Problem:
    """410: it was stored, and somebody has deleted it since."""
    detail = "The image was stored and has been deleted since. Making it again costs again."
    return Problem(410, "Image gone", "image-gone", detail, charged="yes")


def unexpected(error: str, *, charged: Charged, retryable: bool) -> Problem:
    """500: something of ours broke; what it was is in the log alone."""
    advice = (
        "Asking again is safe and costs nothing."
        if charged == "no"
        else "The request may have been taken in: look in the list of your tasks before you send it again, "
        "or send it again with the same Idempotency-Key."
    )
    detail = f"Something failed on our side. {advice}"
    return Problem(500, error, "internal-error", detail, retryable=retryable, charged=charged)
